import { Buffer } from 'node:buffer';

const ID_BYTES_AT = 58;
const ID_AT = 62;

/** What a script call sends, as the client hands it over. */
export interface SentScript {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The ids of an append call, without their publisher `ann`. */
export function idsOf({ args }: SentScript): string[] {
  const publications = Number(args[1]);
  // Behind the script, the number of keys, the keys, and two arguments for all.
  return args.slice(2 + publications + 2).map((record) => {
    if (!Buffer.isBuffer(record)) throw new Error('a publication is one packed argument');
    const end = ID_AT + record.readUInt16BE(ID_BYTES_AT);
    return record.toString('utf8', ID_AT, end).replace('ann\n', '');
  });
}

export const stored = (offset: number) => ({ status: 0, offset });
export const conflict = { status: 2, offset: 0 };
export const failed = (message: string) => ({ status: 4, offset: 0, message });

/** The reply of the append script. */
export function appendReply(
  outcomes: readonly { status: number; offset: number; message?: string }[],
): unknown[] {
  const records = outcomes.map(({ status, offset }) => {
    const record = Buffer.alloc(33);
    record.writeUInt8(status, 0);
    record.write('e'.repeat(16), 1, 'latin1');
    record.writeDoubleBE(offset, 17);
    record.writeDoubleBE(1, 25);
    return record;
  });
  const messages = outcomes.flatMap(({ message }) => (message === undefined ? [] : [message]));
  return [Buffer.concat(records), ...messages.map((message) => Buffer.from(message))];
}
