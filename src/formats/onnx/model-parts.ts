/** What an ONNX file is made of once it is read: graphs of nodes, with initialisers, inputs and outputs. */

import type { Attribute } from './attributes.js';
import type { TensorData } from './tensor-data.js';

/** A graph input or output. */
export interface ValueInfo {
  readonly name: string;
  /** Of TensorProto.DataType; null when it is no tensor. */
  readonly typeCode: number | null;
  /** Extents, or names of extents that are open; null when even the rank is open. */
  readonly shape: readonly (number | string)[] | null;
}

export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** The version of its domain's operators, where the file names one. */
  readonly version?: number | undefined;
  /** Which of the functions of this name that the file defines; most have none. */
  readonly overload?: string;
  /** Names of values; empty where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A graph: that of a model, or the body of an operator such as If. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, TensorData>;
  /** Inputs, without those that only name an initialiser. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** A model as its file has it; calls of functions that the file defines are replaced by their nodes. */
export interface OnnxFile extends OnnxGraph {
  readonly fileName: string;
  readonly producer: string;
  /** Versions of operator sets by domain. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** The graphs in the attributes of a node. */
export const graphsOf = ({ attributes }: OnnxNode): OnnxGraph[] =>
  [...attributes.values()].flatMap((attribute) =>
    attribute.kind === 'graph' ? [attribute.value] : [],
  );

/** The graph and all graphs inside its nodes, outer ones first. */
export function withBodies(graph: OnnxGraph): OnnxGraph[] {
  return [graph, ...graph.nodes.flatMap(graphsOf).flatMap(withBodies)];
}

/** The default domain has two names. */
export const normalDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);
