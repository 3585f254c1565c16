import { Buffer } from 'node:buffer';
import { Remembered } from '../../kernel/remembered.js';
import type { ChannelName } from '../../protocol/channel-name.js';
import type { Keys } from '../../redis/keys.js';
import type { ScriptSource } from '../../redis/redis-script.js';
import type { Wired } from '../../redis/wired-command.js';
import type { Publication } from '../broker.port.js';
import { digestOf } from '../chain.js';
import { atOf } from '../log-entry.js';
import { newLife } from './new-life.js';

/** Channels whose bytes are remembered; beyond, the one that came first is forgotten. */
const KNOWN_MAX = 5_000;

const KEYS_EACH = 5;
const ARGS_EACH = 3;
/** What the script unpacks before the id, the id's length included, and the length between the id and the digest. */
const NUMBERS_BYTES = 56;
const LENGTH_BYTES = 4;
const CRLF = Buffer.from('\r\n');

/** What a call says of a channel, as it stands on the wire. */
interface ChannelWire {
  readonly key: string;
  readonly keys: Buffer;
  readonly bus: Buffer;
  readonly nameBytes: number;
}

/**
 * The calls of the append script, written byte for byte: they have many arguments, and each would cost
 * the client more than what is in it.
 */
export class AppendWire {
  readonly #known = new Remembered<ChannelWire>(KNOWN_MAX);

  constructor(
    private readonly script: ScriptSource,
    private readonly keys: Keys,
    private readonly announce: 'PUBLISH' | 'SPUBLISH',
  ) {}

  /** The call for a batch, as the script's header says. */
  callOf(batch: readonly Publication[], name: Wired['name']): Wired {
    const { sha, text } = this.script;
    const keyCount = KEYS_EACH * batch.length;
    const argumentCount = 3 + keyCount + 2 + ARGS_EACH * batch.length;
    const opening =
      `*${argumentCount}\r\n${bulk(name)}` +
      `${bulk(name === 'EVAL' ? text : sha)}${bulk(String(keyCount))}`;
    const names: Buffer[] = [Buffer.from(opening)];
    const args: Buffer[] = [Buffer.from(bulk(this.announce) + bulk(newLife()))];
    let key = '';
    for (const publication of batch) {
      const channel = this.#of(publication.channel);
      key = channel.key;
      names.push(channel.keys);
      args.push(channel.bus, packed(publication, channel.nameBytes), publication.draft, CRLF);
    }
    return { name, key, wire: Buffer.concat([...names, ...args]) };
  }

  #of(channel: ChannelName): ChannelWire {
    return this.#known.of(channel, () => this.#wireOf(channel));
  }

  #wireOf(channel: ChannelName): ChannelWire {
    const { meta, log, ids, idOrder, life, bus } = this.keys.allOf(channel);
    return {
      key: meta,
      keys: ownBytes([meta, log, ids, idOrder, life].map(bulk).join('')),
      bus: ownBytes(bulk(bus)),
      nameBytes: Buffer.byteLength(channel),
    };
  }
}

/** Not a part of a slab that many share: what is remembered for long would keep all of it. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** One argument, as the server reads it. */
function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** The second argument of a publication, and the opening of its third. */
function packed(publication: Publication, nameBytes: number): Buffer {
  const { publisher, id, contentDigest, draft, rules } = publication;
  const { high, low } = digestOf(draft);
  const idField = `${publisher}\n${id}`;
  const idBytes = Buffer.byteLength(idField);
  const head = `$${NUMBERS_BYTES + idBytes + LENGTH_BYTES + contentDigest.length}\r\n`;
  const tail = `${contentDigest}\r\n$${draft.length}\r\n`;
  const bytes = Buffer.allocUnsafe(
    head.length + NUMBERS_BYTES + idBytes + LENGTH_BYTES + tail.length,
  );
  let end = bytes.write(head, 0, 'latin1');
  end = bytes.writeUInt32BE(high, end);
  end = bytes.writeUInt32BE(low, end);
  end = bytes.writeDoubleBE(atOf(draft), end);
  end = bytes.writeDoubleBE(rules.size, end);
  end = bytes.writeDoubleBE(rules.ttlSeconds * 1000, end);
  end = bytes.writeDoubleBE(rules.maxBytes, end);
  end = bytes.writeDoubleBE(rules.dedupSeconds * 1000, end);
  end = bytes.writeUInt32BE(nameBytes, end);
  end = bytes.writeUInt32BE(idBytes, end);
  end += bytes.write(idField, end);
  end = bytes.writeUInt32BE(contentDigest.length, end);
  bytes.write(tail, end, 'latin1');
  return bytes;
}
