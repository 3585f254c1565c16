import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { CarillonError, errorBodyOf } from '../protocol/carillon-error.js';
import { type CommandBodies, type CommandName, COMMANDS } from '../protocol/commands.js';
import { DeliveryService } from '../delivery/delivery.service.js';
import { CarillonGateway, type CommandHandlers } from './carillon.gateway.js';
import { isPlainPublish } from '../protocol/commands/publish.js';
import { checkedCommand } from './checked-command.js';
import { type Connection, dataOf } from './connection.js';
import type { Answer } from './direct-answer.js';

/** Requests of one connection that may wait for their answer. */
const PENDING_MAX = 4_096;

/** Tests that are cheaper than a schema, and let pass only what it would. */
const PLAIN: { readonly [N in CommandName]?: (body: object) => body is CommandBodies[N] & object } =
  {
    publish: isPlainPublish,
  };

type Run = (
  connection: Connection,
  body: object,
  answer: Answer,
) => object | void | Promise<object | void>;

/**
 * Brings each event of a socket to the command that it names, and answers it, whatever happens. Called
 * for every event, so it is ours: Nest would run a context, its pipes and a stream for each.
 */
@Injectable()
export class CommandDispatcher {
  readonly #logger = new Logger('Gateway');
  readonly #commands: ReadonlyMap<unknown, Run>;

  constructor(
    private readonly gateway: CarillonGateway,
    private readonly delivery: DeliveryService,
  ) {
    this.#commands = new Map<unknown, Run>(
      namesOf(COMMANDS).map((name) => [name, runOf(name, gateway.handlers)]),
    );
  }

  /** Whether something `critical` is being published or delivered here. */
  get hasUrgent(): boolean {
    return this.delivery.hasUrgent;
  }

  /** Never throws. `args` as Socket.IO hands them over: the payload, and an acknowledgement if one was asked for. */
  dispatch(socket: Socket, event: unknown, args: readonly unknown[]): void {
    const { connection } = dataOf(socket);
    // Closed, when it leaves its answers unread: refusals are answers, too.
    if (!connection || !this.delivery.mayAnswer(connection.session)) return;
    const last = args.at(-1);
    const hasAnswer = isAnswer(last);
    const answer = hasAnswer ? last : ignore;
    const [body] = args;
    const run = this.#commands.get(event);
    const one = args.length === (hasAnswer ? 2 : 1) && isObject(body) ? body : null;
    const refusal = refusalOf(run !== undefined, one !== null, connection);
    if (refusal || !run || !one) answer({ ok: false, error: refusal?.toBody() });
    else void this.#answer(connection, run, one, answer);
  }

  async #answer(connection: Connection, run: Run, body: object, answer: Answer): Promise<void> {
    connection.pending += 1;
    try {
      if (connection.ready) await connection.ready;
      const reply = await run(connection, body, answer);
      // Nothing: the command has answered.
      if (reply) answer({ ok: true, ...reply });
    } catch (error) {
      if (!(error instanceof CarillonError)) this.#logger.error(error, 'A command failed.');
      answer({ ok: false, error: errorBodyOf(error) });
    } finally {
      connection.pending -= 1;
    }
  }
}

function runOf<N extends CommandName>(name: N, handlers: CommandHandlers): Run {
  const schemas: { readonly [K in CommandName]: z.ZodType<CommandBodies[K]> } = COMMANDS;
  const schema = schemas[name];
  const isPlain = PLAIN[name];
  const handle = handlers[name];
  return (connection, body, answer) =>
    handle(connection, isPlain?.(body) ? body : checkedCommand(schema, body), answer);
}

function namesOf<T extends object>(map: T): (keyof T)[] {
  return Object.keys(map) as (keyof T)[];
}

function refusalOf(
  isKnown: boolean,
  isOneObject: boolean,
  { pending, isLeaving }: Connection,
): CarillonError | null {
  if (!isKnown) {
    return new CarillonError(
      'invalid_request',
      'There is no such event. See the list of commands.',
    );
  }
  if (!isOneObject) {
    return new CarillonError('invalid_request', 'Send exactly one object and an acknowledgement.');
  }
  if (isLeaving) {
    // By then this connection has ended: who asks here again would be cut short.
    return new CarillonError('draining', 'This instance is stopping. Ask the next one again.', {
      retryAfterMs: 2_000,
    });
  }
  if (pending >= PENDING_MAX) {
    return new CarillonError('overloaded', 'Too many requests wait for their answer. Slow down.', {
      retryAfterMs: 1000,
    });
  }
  return null;
}

function isObject(body: unknown): body is object {
  return (
    typeof body === 'object' && body !== null && !Array.isArray(body) && !ArrayBuffer.isView(body)
  );
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'function';
}

/** A command without an acknowledgement is carried out; there is nobody to tell. */
function ignore(): void {}
