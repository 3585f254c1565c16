import { Buffer } from 'node:buffer';

/**
 * Joins the frames that one connection is owed into one buffer, and hands the same buffer to the next
 * connection that is owed the same frames: a burst to a thousand sockets is joined once.
 */
export class JoinedFrames {
  #frames: readonly Buffer[] = [];
  #joined: Buffer = Buffer.alloc(0);

  join(frames: readonly Buffer[]): Buffer {
    const [only] = frames;
    if (only && frames.length === 1) return only;
    if (!this.#isLast(frames)) {
      this.#frames = frames;
      this.#joined = Buffer.concat(frames);
    }
    return this.#joined;
  }

  /** Lets go of the last buffer, so that a quiet instance does not hold on to an old burst. */
  release(): void {
    this.#frames = [];
    this.#joined = Buffer.alloc(0);
  }

  #isLast(frames: readonly Buffer[]): boolean {
    if (frames.length !== this.#frames.length) return false;
    for (let index = 0; index < frames.length; index += 1) {
      if (frames[index] !== this.#frames[index]) return false;
    }
    return true;
  }
}
