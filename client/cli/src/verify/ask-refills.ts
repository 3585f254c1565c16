import type { Socket } from 'socket.io-client';
import { askHistory, messagesOf, recordOf } from './ask-history.js';
import type { LogRecord } from './checker.js';
import type { Fact, History } from './history.js';
import { placeOf } from './place.js';

type Promised = Extract<Fact, { kind: 'gap' }> & { readonly refill: string };

/** Of the gaps of a run that promise a refill so many are asked for, evenly spread over them. */
export const REFILLS_ASKED = 24;
/** And of each so many pages: a page has up to 255 messages or 192 KiB. */
const PAGES = 12;

/**
 * Asks `history`, as a session of its own, for a sample of what readers were told can be refilled, and
 * writes down what came. It promises nothing of the rest.
 *
 * @param mayRead what the session may read; nothing else is asked for
 * @throws Unable when `history` is refused
 */
export async function askRefills(
  history: History,
  socket: Socket,
  mayRead: (channel: string) => boolean = () => true,
): Promise<void> {
  const promised = history.of('gap').filter(isPromised);
  for (const gap of sampleOf(promised.filter(({ channel: of }) => mayRead(of)))) {
    const { reader, channel, after, to } = gap;
    const ranges = gap.ranges ?? [[after.offset + 1, to.offset] as const];
    const last = Math.max(...ranges.map(([, end]) => end));
    const isSought = ({ offset }: LogRecord) =>
      ranges.some(([from, end]) => from <= offset && offset <= end);
    const messages: LogRecord[] = [];
    let position = gap.refill;
    let upTo = after.offset;
    for (let page = 0; page < PAGES && upTo < last; page += 1) {
      const reply = await askHistory(socket, channel, { after: position });
      messages.push(...messagesOf(reply).map(recordOf).filter(isSought));
      position = String(reply['position']);
      const reached = placeOf(position).offset;
      // A page that leads nowhere is the last one, whatever it says.
      upTo = reply['more'] === true && reached > upTo ? reached : last;
    }
    history.add({
      ...{ kind: 'refill', reader, channel, epoch: to.epoch },
      ...{ ranges, upTo: Math.min(upTo, last), messages },
    });
  }
}

function isPromised(gap: Extract<Fact, { kind: 'gap' }>): gap is Promised {
  return gap.refill !== undefined;
}

/** The first, and others at even distances. */
function sampleOf(gaps: readonly Promised[]): Promised[] {
  const step = Math.max(1, Math.ceil(gaps.length / REFILLS_ASKED));
  return gaps.filter((_, number) => number % step === 0);
}
