import { Inject, Injectable } from '@nestjs/common';
import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { BROKER, type Appended, type Broker, type Publication } from '../broker/broker.port.js';
import type { PublishRelay } from '../channels/publish-relay.port.js';

/** The one request that the relay microservice answers. */
export const APPEND = 'append';

/**
 * The client side of the relay microservice: hands a publication to the broker, which numbers it,
 * keeps it and announces it to the relay servers of all instances that follow the channel.
 */
@Injectable()
export class RelayClient extends ClientProxy implements PublishRelay {
  constructor(@Inject(BROKER) private readonly broker: Broker) {
    super();
  }

  /** What `send(APPEND, publication)` does, without an observable for every message. */
  append(publication: Publication): Promise<Appended> {
    return this.broker.append(publication);
  }

  override connect(): Promise<void> {
    return Promise.resolve();
  }

  /** The broker is closed by its own module, after the sockets. */
  override close(): void {
    this._status$.complete();
  }

  override unwrap<T>(): T {
    return this.broker as T;
  }

  protected override publish(
    packet: ReadPacket<Publication>,
    callback: (packet: WritePacket<Appended>) => void,
  ): () => void {
    this.append(packet.data).then(
      (response) => callback({ response, isDisposed: true }),
      (err: unknown) => callback({ err, isDisposed: true }),
    );
    // An append cannot be called back once it is on its way.
    return () => undefined;
  }

  protected override dispatchEvent<T>(packet: ReadPacket<Publication>): Promise<T> {
    return this.append(packet.data) as Promise<T>;
  }
}
