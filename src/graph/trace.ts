/** The trace: what one run of a traced function assigns, asks and names while it builds its graph. */

import type { Tensor } from './tensor.js';

/** A condition that a cached program depends on: it is valid while `read()` still gives `value`. */
export interface Guard {
  readonly read: () => unknown;
  readonly value: unknown;
}

export interface Trace {
  /** New values of variables, in the order of first assignment. */
  readonly assignments: Map<Tensor, Tensor>;
  readonly guards: Guard[];
}

let active: Trace | null = null;
let scope: readonly string[] = [];

export function activeTrace(): Trace | null {
  return active;
}

/** Runs `build` and returns its result with everything it assigned and depended on. */
export function trace<Result>(build: () => Result): { result: Result; trace: Trace } {
  const outer = active;
  const inner: Trace = { assignments: new Map(), guards: [] };
  active = inner;
  try {
    return { result: build(), trace: inner };
  } finally {
    active = outer;
  }
}

/** The tensor to read for `tensor`: the value assigned earlier in this trace, or itself. */
export function resolve(tensor: Tensor): Tensor {
  return active?.assignments.get(tensor) ?? tensor;
}

/** Notes that the traced graph depends on `read()`, so that another value means another trace. */
export function guard(read: () => unknown): void {
  active?.guards.push({ read, value: read() });
}

let created: Set<Tensor> | null = null;

/** Notes that an operation made `tensor`. */
export function noteCreated(tensor: Tensor): void {
  created?.add(tensor);
}

/** Runs `build` and returns its result with every tensor that operations made meanwhile. */
export function withCreated<Result>(build: () => Result): {
  result: Result;
  created: ReadonlySet<Tensor>;
} {
  const outer = created;
  const inner = new Set<Tensor>();
  created = inner;
  try {
    return { result: build(), created: inner };
  } finally {
    created = outer;
    for (const tensor of inner) outer?.add(tensor);
  }
}

/** The dotted path of the layers whose forward is running. */
export function currentScope(): string {
  return scope.join('.');
}

/** Runs `build` with `name` as the innermost layer. */
export function withScope<Result>(name: string, build: () => Result): Result {
  const outer = scope;
  scope = name === '' ? scope : [...scope, name];
  try {
    return build();
  } finally {
    scope = outer;
  }
}
