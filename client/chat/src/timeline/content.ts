/** What a message of a room holds, read once when it arrives. */
export type Content = TextContent | ImageContent | UnknownContent;

export interface TextContent {
  readonly kind: 'text';
  readonly text: string;
}

export interface ImageContent {
  readonly kind: 'image';
  readonly type: string;
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Data of another application, shown as the JSON that it is. */
export interface UnknownContent {
  readonly kind: 'unknown';
  readonly json: string;
}

/** Longer texts are cut in the page, whoever sent them. */
const SHOWN_CHARACTERS_MAX = 20_000;

/** Only pictures that cannot hold a script become a blob URL. */
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']);

/** Reads `data` of any shape; never throws. */
export function readContent(data: unknown): Content {
  if (typeof data === 'string') return { kind: 'text', text: shortened(data) };
  if (typeof data === 'object' && data !== null) {
    const { kind, text, type, name, bytes } = data as Record<string, unknown>;
    if (kind === 'text' && typeof text === 'string') return { kind, text: shortened(text) };
    const binary = readBytes(bytes);
    if (kind === 'image' && binary && typeof type === 'string' && IMAGE_TYPES.has(type)) {
      return { kind, type, name: typeof name === 'string' ? name : 'picture', bytes: binary };
    }
  }
  return { kind: 'unknown', json: shortened(jsonOf(data)) };
}

/** The sentence in an administrator's message: its text where it has one, else its JSON. */
export function readAnnouncement(data: unknown): { title?: string; text: string } {
  if (typeof data === 'object' && data !== null) {
    const { title, text, message, body } = data as Record<string, unknown>;
    const sentence = [text, message, body].find((part) => typeof part === 'string');
    if (typeof sentence === 'string') {
      return { text: shortened(sentence), ...(typeof title === 'string' ? { title } : {}) };
    }
  }
  return { text: typeof data === 'string' ? shortened(data) : shortened(jsonOf(data)) };
}

/** How much memory `content` holds on to, in bytes, roughly. */
export function weightOf(content: Content): number {
  if (content.kind === 'image') return content.bytes.byteLength;
  return content.kind === 'text' ? content.text.length * 2 : content.json.length * 2;
}

function readBytes(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return undefined;
}

function jsonOf(data: unknown): string {
  const binaryAsSize = (_key: string, value: unknown): unknown => {
    const bytes = readBytes(value);
    return bytes ? `(${String(bytes.byteLength)} bytes)` : value;
  };
  try {
    return JSON.stringify(data, binaryAsSize, 2) ?? 'null';
  } catch {
    // What JSON cannot say (a cycle, a bigint) cannot have come over the wire; still, show something.
    return String(data);
  }
}

function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS_MAX ? text : `${text.slice(0, SHOWN_CHARACTERS_MAX)} …`;
}
