/** A training that is killed thirty times at random moments ends with the weights of one that was not. */

import { test } from 'node:test';
import { surviveKills } from '../killed-run.js';

test('thirty kills at random moments change nothing', () => surviveKills(30, 1));
