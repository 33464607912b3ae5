/** The engines that can be measured beside ours. */

import { fileURLToPath } from 'node:url';
import { openChildSession } from './child-session.js';
import { jaxJs } from './jax-js/engine.js';
import type { NodePeer, Peer } from './peer.js';
import { pytorch } from './pytorch/engine.js';
import { tfjs } from './tfjs/engine.js';

/** Peers that are packages for Node. */
export const nodePeers: readonly NodePeer[] = [tfjs, jaxJs];

export const peers: readonly Peer[] = [pytorch, ...nodePeers.map(inOwnProcess)];

function inOwnProcess({ name }: NodePeer): Peer {
  const serve = fileURLToPath(new URL('./serve.js', import.meta.url));
  return {
    name,
    open: (caseId) =>
      openChildSession(name, {
        command: process.execPath,
        args: [serve, name, caseId],
        environment: process.env,
      }),
  };
}
