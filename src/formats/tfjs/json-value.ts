/** Looks into parsed JSON without trusting it. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own value of that name. */
export function ownValue(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'nothing';
  } catch {
    // Lists in lists in lists, deeper than any stack.
    text = 'what is too deep to be shown';
  }
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
