/** Our own engine, served as a peer is. */

import { setThreads } from '../../../src/backends/default-backend.js';
import { findCase } from '../../workloads/registry.js';
import type { NodePeer } from '../peer.js';

export const fovea: NodePeer = {
  name: 'fovea',
  async prepare(caseId, { threads }) {
    setThreads(threads);
    const session = await findCase(caseId)?.open();
    return session ? { ...session } : null;
  },
};
