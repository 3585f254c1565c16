import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DeliveryService } from '../delivery/delivery.service.js';
import {
  FEED,
  type FeedItem,
  type FeedNote,
  type FeedStatus,
} from '../delivery/channel-feed.port.js';

/** What the relay microservice does with what comes over the bus: it hands it to this instance's sockets. */
@Controller()
export class RelayController {
  constructor(private readonly delivery: DeliveryService) {}

  @EventPattern(FEED.messages)
  messages(@Payload() items: readonly FeedItem[]): void {
    this.delivery.deliver(items);
  }

  @EventPattern(FEED.notes)
  note(@Payload() note: FeedNote): void {
    this.delivery.passOn(note);
  }

  @EventPattern(FEED.status)
  status(@Payload() status: FeedStatus): void {
    this.delivery.tellStatus(status);
  }
}
