/** Reads ONNX's OperatorSetIdProto: a domain and the version of its operators. */

import { normalDomain } from './model-parts.js';
import { int64, type Place, readMessage, text } from './protobuf.js';

export function readOpset(message: Uint8Array, place: Place): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  const fields = {
    1: text((value) => {
      domain = normalDomain(value);
    }),
    2: int64((value) => {
      version = Number(value);
    }),
  };
  readMessage(message, fields, { ...place, what: 'an operator set' });
  return { domain, version };
}
