/** Where some bytes were, what they are in base64, and whether they were an `ArrayBuffer` there. */
export type LiftedPart = readonly [
  path: readonly (string | number)[],
  base64: string,
  isBuffer: boolean,
];

/** Something that JSON can hold, and the bytes that were in it. */
export interface Lifted {
  readonly value: unknown;
  readonly parts: readonly LiftedPart[];
}

/** Null for what holds other things, like a `Blob`, that cannot be read at once. */
export function liftBytes(whole: unknown): Lifted | null {
  const parts: LiftedPart[] = [];
  let isFit = true;
  const lift = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof ArrayBuffer || value instanceof Uint8Array) {
      const isBuffer = value instanceof ArrayBuffer;
      parts.push([path, base64Of(isBuffer ? new Uint8Array(value) : value), isBuffer]);
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => lift(item, [...path, index]));
    isFit &&= isPlain(value);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, lift(item, [...path, key])]),
    );
  };
  const value = lift(whole, []);
  return isFit ? { value, parts } : null;
}

/** What `liftBytes` was given, from what JSON made of its result. */
export function putBytesBack({ value, parts }: Lifted): unknown {
  const root: { whole: unknown } = { whole: value };
  for (const [path, base64, isBuffer] of parts) {
    const way = ['whole', ...path];
    const last = way.pop() ?? 'whole';
    let owner: unknown = root;
    for (const key of way) owner = (owner as Record<string, unknown>)[key];
    const bytes = Uint8Array.from(atob(base64), (char) => char.codePointAt(0) ?? 0);
    // Not by assignment: `__proto__` would become something else.
    Object.defineProperty(owner, last, { value: isBuffer ? bytes.buffer : bytes });
  }
  return root.whole;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another window, too: its prototype is another object, and has none either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCodePoint(byte);
  return btoa(text);
}
