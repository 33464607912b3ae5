/** The benchmark's protocol: rounds in turns, peers in processes, memory and profiles over many steps. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmarkCase } from '../bench/benchmark.js';
import { BusyMeter } from '../bench/busy-meter.js';
import { formatMemory, watchMemory } from '../bench/memory.js';
import { type OwnSession, openOwnSession } from '../bench/own-session.js';
import { type ChildCommand, startCaseServer } from '../bench/peers/child-session.js';
import { matmulSize, openCase } from '../bench/peers/peer.js';
import { peerEnvironment } from '../bench/peers/pytorch/engine.js';
import { formatProfile, medianTimes } from '../bench/profile.js';
import { measureInRounds } from '../bench/rounds.js';
import { type Round, runRound, type Session } from '../bench/session.js';
import { add, compile, Variable } from '../src/index.js';

/** A session whose steps take `milliseconds`, as it says, and that notes its turns in `log`. */
function scripted(engine: string, { milliseconds, log }: { milliseconds: number; log: string[] }) {
  const asked: Round[] = [];
  const session: Session = {
    engine,
    threads: 1,
    note: '',
    async round(round) {
      log.push(engine);
      asked.push(round);
      const steps = Math.max(1, Math.ceil((round.seconds * 1e3) / milliseconds));
      return new Array<number>(steps).fill(milliseconds);
    },
    async close() {},
  };
  return { session, asked };
}

/** The session of `case` in a child process of the engine `name`. */
const opened = (name: string, command: ChildCommand) =>
  openCase({ name, start: async () => startCaseServer(name, command) }, 'case', { threads: 1 });

/** A session in a child process that runs `program`. */
const child = (program: string) =>
  opened('child', {
    command: process.execPath,
    args: ['--input-type=module', '-e', program],
    environment: process.env,
  });

test('a round has at least one step and lasts as long as it is told', async () => {
  let steps = 0;
  const count = () => {
    steps++;
  };
  assert.equal((await runRound(count, { seconds: 0, settle: 2 })).length, 1);
  assert.equal(steps, 3, 'settling steps run but are not counted');
  const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
  const times = await runRound(wait, { seconds: 0.02, settle: 0 });
  const total = times.reduce((sum, time) => sum + time, 0);
  assert.ok(total >= 20 && total - times.at(-1)! < 20, `it ends after the step that fills it`);
  assert.ok(
    times.every((time) => time > 4),
    'asynchronous steps are waited for',
  );
});

test('engines take turns, and who begins alternates', async () => {
  const log: string[] = [];
  const a = scripted('a', { milliseconds: 10, log });
  const b = scripted('b', { milliseconds: 20, log });
  let beside = 0;
  const times = await measureInRounds([a.session, b.session], {
    seconds: 0.4,
    rounds: 4,
    beside: () => {
      beside++;
    },
  });
  assert.equal(log.join(' '), 'a b a b b a a b b a', 'one turn to warm up, then four');
  assert.deepEqual(
    times.map((own) => own.length),
    [40, 20],
    'the turn that warms up is not counted',
  );
  assert.equal(beside, 4);
  assert.deepEqual(
    a.asked.map(({ settle }) => settle),
    [0, 3, 3, 3, 3],
  );
});

test('slow engines stop after three steps, and never settle', async () => {
  const log: string[] = [];
  const slow = scripted('slow', { milliseconds: 4000, log });
  const [times] = await measureInRounds([slow.session], { seconds: 10, rounds: 10 });
  assert.deepEqual(times, [4000, 4000, 4000]);
  assert.ok(slow.asked.every(({ settle }) => settle === 0));
});

test('an engine that needs a multiple of its time for one step is not asked for another', async () => {
  const log: string[] = [];
  const patient = scripted('patient', { milliseconds: 29_000, log });
  const endless = scripted('endless', { milliseconds: 31_000, log });
  const sessions = [patient.session, endless.session];
  const times = await measureInRounds(sessions, { seconds: 10, rounds: 10 });
  assert.deepEqual(times, [new Array(3).fill(29_000), [31_000]]);
  assert.equal(log.filter((engine) => engine === 'endless').length, 1);
});

test('a peer answers from its own process, whatever else it prints', async () => {
  const session = await child(`
    import { createInterface } from 'node:readline';
    console.log('welcome'); console.log('{ not JSON'); console.log('{"other": 1}');
    console.log('{"ready":{"threads":3,"note":"child 1.0"}}');
    for await (const line of createInterface({ input: process.stdin })) {
      const { seconds, settle } = JSON.parse(line);
      if (seconds !== undefined) console.log(JSON.stringify({ times: [seconds, settle] }));
    }`);
  assert.ok('round' in session);
  assert.equal(session.threads, 3);
  assert.equal(session.note, 'child 1.0');
  assert.deepEqual(await session.round({ seconds: 0.5, settle: 3 }), [0.5, 3]);
  assert.deepEqual(await session.round({ seconds: 2, settle: 0 }), [2, 0]);
  await session.close();
});

test('a peer that is missing says how to install it', async () => {
  const session = await child(`console.log('{"skipped":"not installed; npm install it"}')`);
  assert.deepEqual(session, {
    ...{ skipped: 'child: not installed; npm install it', unknownCase: undefined },
  });
});

test('a peer that dies is an error with its last words', async () => {
  await assert.rejects(child(`throw new Error('out of paper')`), /child: .*ended.*out of paper/s);
  await assert.rejects(
    opened('ghost', { command: 'no-such-command', args: [], environment: {} }),
    /ghost: its process ended early.*ENOENT/s,
  );
});

test('PyTorch gets an environment that does not hold it back', () => {
  const environment = peerEnvironment(
    { PATH: '/bin', OMP_NUM_THREADS: '1', OPENBLAS_CORETYPE: 'Prescott', MKL_DEBUG: '1' },
    4,
  );
  assert.equal(environment.PATH, '/bin');
  assert.equal(environment.OPENBLAS_NUM_THREADS, '4');
  const others = Object.keys(environment).filter((name) => /OMP|CORETYPE|MKL/.test(name));
  assert.deepEqual(others, []);
});

test('cases are known by their names', () => {
  assert.equal(matmulSize('matmul/1024'), 1024);
  assert.equal(matmulSize('lenet5/train/b64'), null);
});

test('our engine counts every step, and memory is sampled at a tenth and at the end', async () => {
  const counter = new Variable(new Float32Array(1), [1], 'float32');
  const session = openOwnSession(
    compile(() => {
      counter.assign(add(counter, 1));
      return {};
    }),
  );
  assert.equal(counter.data()[0], 1, 'opening runs the first step');
  const watch = await watchMemory(session, { steps: 40 });
  assert.equal(counter.data()[0], 41);
  assert.equal(watch.times.length, 40);
  assert.deepEqual(
    watch.samples.map(({ step }) => step),
    [4, 40],
  );
  assert.ok(watch.samples.every(({ residentBytes }) => residentBytes > 1e6));
  await assert.rejects(watchMemory(session, { steps: 9 }), RangeError);
  await session.close();
});

test('memory is told at both samples, with the change between them', () => {
  const sample = { arenaBytes: 2e6 };
  const lines = formatMemory({
    samples: [
      { ...sample, step: 1000, residentBytes: 100e6 },
      { ...sample, step: 10000, residentBytes: 99e6 },
    ],
    times: [],
  });
  assert.deepEqual(lines, [
    'after 1,000 steps: resident set 100.0 MB, arena 2.0 MB',
    'after 10,000 steps: resident set 99.0 MB, arena 2.0 MB',
    'change in between: resident set -1.0 MB (-1.0 %), arena 0.0 MB',
  ]);
});

test('profiles are medians, kernel by kernel, with rates', () => {
  const kernel = {
    kind: 'matmul',
    label: 'matmul',
    shape: [64, 10],
    method: null,
    isPrologue: false,
    bytes: 4e6,
  } as const;
  const profile = (milliseconds: number) => [
    { ...kernel, scope: 'fc1', flops: 8e6, milliseconds },
    { ...kernel, scope: '', flops: 0, milliseconds: 1 },
  ];
  const typical = medianTimes([profile(2), profile(90), profile(3)]);
  assert.deepEqual(
    typical.map(({ milliseconds }) => milliseconds),
    [3, 1],
  );
  const [, first, second, total] = formatProfile(typical);
  assert.match(first, /^matmul +fc1 +64x10 +3\.0000 +75\.0 % +2\.67 +1\.33 +matmul$/);
  assert.match(second, /^matmul +– +64x10 +1\.0000 +25\.0 % +– +4\.00 +matmul$/);
  assert.equal(total, '2 kernels, 4.000 ms together');
  assert.equal(formatProfile([]).length, 1);
});

test('a case reports engines, images per second, the share of the ceiling and who is missing', async () => {
  const { session } = scripted('fovea', { milliseconds: 10, log: [] });
  const own: OwnSession = {
    ...session,
    ...{ compileMs: 80, firstStepMs: 12, threads: 2, note: 'wasm backend' },
    step: () => undefined,
    describe: () => ({
      backend: 'wasm',
      kernels: [],
      arenaBytes: 4e6,
      flops: 0,
      keptBytes: 0,
      recomputation: null,
      compileMs: 80,
    }),
    profile: () => [],
  };
  const scriptedPeer = scripted('peer', { milliseconds: 20, log: [] }).session;
  const peer = { ...scriptedPeer, peakBytes: async () => 0 };
  const rates = [40, 60, 50];
  const { rows, lines } = await benchmarkCase(
    {
      id: 'case',
      flops: 0.8e9,
      images: 64,
      open: async () => own,
      ceiling: async () => ({ gflops: rates.shift()!, label: 'register kernel 4x8' }),
    },
    own,
    {
      peers: [
        { name: 'peer', start: async () => ({ open: async () => peer, close: async () => {} }) },
        { name: 'ghost', start: async () => ({ skipped: 'ghost: install it' }) },
      ],
      ...{ threads: 2, seconds: 0.3, rounds: 3, meter: new BusyMeter() },
    },
  );
  assert.deepEqual(
    rows.map(({ row }) => [row.engine, row.medianMs, row.gflops]),
    [
      ['fovea', 10, 80],
      ['peer', 20, 40],
    ],
  );
  assert.deepEqual(lines, [
    'first compile 80.0 ms, first step after it 12.0 ms, 0 kernels, arena 4.0 MB (4000000 bytes)',
    'images per second: fovea 6,400, peer 3,200',
    'register kernel 4x8: 50.0 GFLOP/s on one core, times 2 = 100; reached 80.0 = 80.0 %',
    'ghost: install it',
  ]);
});
