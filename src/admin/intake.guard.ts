import { type CanActivate, Injectable } from '@nestjs/common';
import { IntakeService } from '../limits/intake.service.js';

/** Lets a request through that publishes, unless this instance stops. How urgent it is stands in its body, which is read later. */
@Injectable()
export class IntakeGuard implements CanActivate {
  constructor(private readonly intake: IntakeService) {}

  /** Always true, or throws `draining`. */
  canActivate(): boolean {
    this.intake.requireOpen();
    return true;
  }
}
