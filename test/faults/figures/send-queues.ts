import { readFile } from 'node:fs/promises';

const ESTABLISHED = '01';

/** Bytes that the kernel holds for the other end of each connection of a port: sent, and not yet taken. */
export async function sendQueuesOf(port: number): Promise<number[]> {
  const [, ...lines] = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n');
  return lines.flatMap((line) => {
    const [, local = '', , state, queues = ''] = line.trim().split(/\s+/);
    const isOurs = Number.parseInt(local.split(':')[1] ?? '', 16) === port;
    return isOurs && state === ESTABLISHED ? [Number.parseInt(queues.split(':')[0] ?? '', 16)] : [];
  });
}
