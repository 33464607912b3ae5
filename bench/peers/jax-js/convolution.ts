/** A convolution forward in jax-js. */

import { type Convolution, settingsOf, shapesOf } from '../../convolutions/convolution.js';
import { operandOf } from '../../convolutions/operands.js';
import { fingerprintOf } from '../../fingerprint.js';
import type { Prepared } from '../peer.js';
import type { JaxArray, JaxJs } from './jax-js.js';

export function convolution(jax: JaxJs, subject: Convolution): Pick<Prepared, 'step' | 'check'> {
  const { input, filter } = shapesOf(subject);
  const { stride, padding, groups } = settingsOf(subject);
  const x = jax.numpy.array(operandOf(subject, 'input'), { shape: [...input] });
  const weight = jax.numpy.array(operandOf(subject, 'filter'), { shape: [...filter] });
  const sides: [number, number][] = [
    [padding, padding],
    [padding, padding],
  ];
  const forward = jax.jit((pictures: JaxArray, filters: JaxArray) =>
    jax.lax.convGeneralDilated(pictures, filters, [stride, stride], sides, {
      featureGroupCount: groups,
    }),
  );
  const values = () => forward(x.ref, weight.ref).data();
  return {
    step: async () => (await values())[0],
    check: async () => ({ forward: fingerprintOf(await values()) }),
  };
}
