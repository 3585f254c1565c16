import type { Command } from 'ioredis';
import { type Answer, idsOf } from './append-calls.js';

export interface Call {
  readonly command: string;
  readonly ids: readonly string[];
  readonly answer: (answers: readonly Answer[]) => void;
  /** With what the server says, or the client when the connection has closed. */
  readonly fail: (message: string) => void;
}

/** A connection whose answers the test gives; where it has a patience, in milliseconds, it does with it as ioredis does. */
export class HeldClient {
  readonly calls: Call[] = [];
  /** Which node of a cluster has what, as the client knows it. */
  readonly slots = Array.from({ length: 16_384 }, () => ['a:1']);

  constructor(private readonly patienceMs: number | null = null) {}

  /** WAIT: answered by nobody. */
  call(): Promise<unknown> {
    return new Promise(() => undefined);
  }

  sendCommand(command: Command): Promise<unknown> {
    if (this.patienceMs !== null) command.setTimeout(this.patienceMs);
    this.calls.push({
      command: command.name,
      ids: idsOf(command),
      answer: (answers) => command.resolve(answers.flat()),
      fail: (message) => command.reject(new Error(message)),
    });
    return command.promise;
  }

  get sent(): string[] {
    return this.calls.map(({ command, ids }) => `${command} ${ids.join(',')}`);
  }
}
