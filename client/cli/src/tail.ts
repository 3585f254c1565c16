import { CarillonError, createCarillon, type Gap, type Message } from '@carillon/sdk';
import { command } from './command.js';
import { refusedBy } from './deployment/advice.js';
import { deploymentOptions } from './deployment/deployment-options.js';
import { deploymentOf } from './deployment/deployment.js';
import { EXIT } from './exit-code.js';
import { wholeOf } from './options/values.js';
import { Unable } from './unable.js';

export const tail = command({
  name: 'tail',
  summary: 'follow channels, and say what is missing',
  takes: '<channel>...',
  description: [
    'Prints every message of the channels as it comes, broadcasts to this user too, through lost',
    'connections, until Ctrl-C. What is lost is told in its place.',
  ],
  options: {
    ...deploymentOptions,
    rewind: { takes: 'N', help: 'begin with the last n messages', default: '0' },
    since: { takes: 'POSITION', help: 'go on from there; for one channel' },
    json: { help: 'print each message and each loss as one line of JSON' },
  },
  examples: ['carillon tail chat:lobby --rewind 20', 'carillon tail orders:new --json | jq .data'],
  async run(given, words, { terminal, stop }) {
    if (words.length === 0) {
      throw new Unable('Name a channel.', ['carillon tail chat:lobby']);
    }
    if (given.since !== undefined && words.length > 1) {
      throw new Unable('--since is a place in one channel.', ['name one channel with it']);
    }
    const deployment = deploymentOf(given);
    const rewind = wholeOf('--rewind', given.rewind, { least: 0, most: 1_000 });
    const token = await deployment.tokenFor('carillon-cli', 86_400);
    const client = createCarillon({ url: deployment.urls, token });
    const { style } = terminal;
    const dim = (text: string) => style.dim(text);
    const show = (message: Message) => {
      terminal.print(given.json ? JSON.stringify({ message }) : lineOf(message, dim));
    };
    const tell = (gap: Gap) => {
      terminal.print(given.json ? JSON.stringify({ gap }) : style.bad(lossOf(gap)));
    };
    return new Promise<number>((resolve, reject) => {
      const end = (settle: () => void) => {
        stop.removeEventListener('abort', stopped);
        void client.close().then(settle, settle);
      };
      const stopped = () => end(() => resolve(EXIT.ok));
      const refuse = (what: string, error: { code?: string; message?: string }) => {
        const refusal = { code: error.code ?? null, message: error.message ?? '' };
        end(() => reject(refusedBy(what, refusal, deployment)));
      };
      stop.addEventListener('abort', stopped);
      client.onBroadcast(show);
      client.onGap(tell);
      client.onState((state, detail) => {
        if (state === 'refused') refuse('No session', detail);
        else if (state === 'offline') terminal.note(`  ${detail.message ?? 'offline'}`);
        else if (state === 'connected') terminal.note('  connected');
      });
      client.connect();
      for (const name of words) {
        try {
          const channel = client.channel(name, {
            ...(rewind === 0 ? {} : { rewind }),
            ...(given.since === undefined ? {} : { since: given.since }),
          });
          channel.onMessage(show);
          channel.onGap(tell);
          channel.onError((error) => refuse(`${name} cannot be followed`, error));
          // A refusal is told to `onError` too.
          channel.subscribe().catch(() => undefined);
        } catch (error) {
          if (!(error instanceof CarillonError)) throw error;
          return refuse(`${name} cannot be followed`, error);
        }
      }
    });
  },
});

function lineOf(
  { channel, offset, at, data, from, priority }: Message,
  dim: (text: string) => string,
): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const who = from?.name ?? from?.user ?? 'server';
  const urgency = priority === undefined ? '' : ` ${priority}`;
  return `${dim(`${time} ${channel} ${offset}${urgency} ${who}`)}  ${JSON.stringify(data)}`;
}

function lossOf({ channel, count, reason, refill }: Gap): string {
  const many = count === null ? 'some messages are' : count === 1 ? '1 message is' : `${count} are`;
  return `${channel}: ${many} missing (${reason})${refill ? '; the history still has them' : ''}`;
}
