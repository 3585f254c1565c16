/** A Socket.IO event and the object that goes with it. */
export interface Event {
  readonly name: string;
  readonly body: object;
}

/** How clients of one kind of server speak: what they send, and how they know that they are in. */
export interface Dialect {
  /** What goes into the Socket.IO CONNECT packet of one connection. */
  auth(index: number): object | null;
  /** The event that tells a connection that it may begin; null: the answer to CONNECT does. */
  readonly readyEvent: string | null;
  join(channel: string): Event;
  publish(channel: string, id: string, data: string): Event;
  /** The `data` that was published, out of the body of a `message` event. */
  dataOf(body: Readonly<Record<string, unknown>>): unknown;
  /** False: the reply to an event is a refusal. */
  isOk(reply: unknown): boolean;
}
