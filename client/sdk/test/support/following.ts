import type { CarillonError } from '../../src/carillon-error.js';
import type { Gap } from '../../src/gap.js';
import type { Message } from '../../src/message.js';
import type { ChannelOptions } from '../../src/options.js';
import type { Bench } from './client.js';
import { LOBBY, subscribed } from './wire-examples.js';

/** A channel and what it tells from now on. */
export function listen(made: Bench, options?: ChannelOptions) {
  const channel = made.carillon.channel(LOBBY, options);
  const offsets: number[] = [];
  const gaps: Gap[] = [];
  const errors: CarillonError[] = [];
  channel.onMessage(({ offset }: Message) => offsets.push(offset));
  channel.onGap((told) => gaps.push(told));
  channel.onError((error) => errors.push(error));
  return { channel, offsets, gaps, errors };
}

/** The same, once the server has answered. */
export async function following(made: Bench, options?: ChannelOptions) {
  const heard = listen(made, options);
  const started = heard.channel.subscribe();
  await made.time.settle();
  made.time.socket.answer('subscribe', subscribed());
  await started;
  return heard;
}
