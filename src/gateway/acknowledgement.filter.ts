import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { CarillonError, errorBodyOf } from '../protocol/carillon-error.js';

/** Answers a failed command through its acknowledgement, always. */
@Catch()
export class AcknowledgementFilter implements ExceptionFilter {
  readonly #logger = new Logger('Gateway');

  catch(error: unknown, host: ArgumentsHost): void {
    if (!(error instanceof CarillonError)) this.#logger.error(error, 'A command failed.');
    const answer = host.getArgs<unknown[]>().findLast((arg) => typeof arg === 'function');
    if (isAnswer(answer)) answer({ ok: false, error: errorBodyOf(error) });
  }
}

function isAnswer(value: unknown): value is (reply: object) => void {
  return typeof value === 'function';
}
