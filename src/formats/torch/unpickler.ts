/** A restricted unpickler: Python's pickles (protocols 0 to 5) of containers and tensors, which runs nothing. */

import { opcodes } from './opcodes.js';
import { type PersistentLoad, PickleMachine } from './pickle-machine.js';
import type { PickleReader } from './pickle-reader.js';
import type { PickleValue } from './pickle-value.js';

/** A pickle of the largest checkpoints has about a million opcodes. */
const mostOpcodes = 10_000_000;

/**
 * Reads the pickle at the reader's position; the reader stands behind it afterwards.
 *
 * @throws {FormatError} when the pickle is damaged, or names anything but tensors and containers.
 * @throws {PickleEnd} when the bytes end before the pickle does.
 */
export function unpickle(reader: PickleReader, persistentLoad: PersistentLoad): PickleValue {
  const machine = new PickleMachine(reader, persistentLoad);
  for (let count = 0; count < mostOpcodes; count++) {
    const code = reader.opcode();
    const opcode = opcodes[code];
    if (!opcode) throw reader.damaged(`the unknown opcode 0x${code.toString(16)} stands`);
    if (opcode(machine, reader) === 'stop') return machine.result();
  }
  throw machine.refuse(`there are more than ${mostOpcodes} opcodes`);
}
