/** The engines that can be measured beside ours, and ours in a process of its own. */

import { fileURLToPath } from 'node:url';
import { startCaseServer } from './child-session.js';
import { jaxJs } from './jax-js/engine.js';
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime/engine.js';
import type { NodePeer, Peer } from './peer.js';
import { pytorch } from './pytorch/engine.js';
import { tfjs } from './tfjs/engine.js';

/** Peers that are packages for Node. */
const nodePeers: readonly NodePeer[] = [onnxruntimeNode, onnxruntimeWeb, tfjs, jaxJs];

export const peers: readonly Peer[] = [pytorch, ...nodePeers.map(({ name }) => inOwnProcess(name))];

/** Our engine in a process of its own, as a peer is: what a first start takes, in time and memory. */
export const foveaAlone: Peer = inOwnProcess('fovea');

/** What `node serve.js name` runs; throws an Error for a name that is not known. */
export async function findServed(name: string): Promise<NodePeer> {
  // Loaded when it is wanted: a peer's process does without our engine.
  if (name === foveaAlone.name) return (await import('./fovea/engine.js')).fovea;
  const peer = nodePeers.find((candidate) => candidate.name === name);
  if (!peer) throw new Error(`no engine is called ${name}`);
  return peer;
}

function inOwnProcess(name: string): Peer {
  const serve = fileURLToPath(new URL('./serve.js', import.meta.url));
  return {
    name,
    start: async ({ threads, environment }) =>
      startCaseServer(name, {
        command: process.execPath,
        args: [serve, name, String(threads)],
        environment: { ...process.env, ...environment },
      }),
  };
}
