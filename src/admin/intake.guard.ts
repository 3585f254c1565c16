import { type CanActivate, Injectable } from '@nestjs/common';
import { IntakeService } from '../limits/intake.service.js';

/** Lets a request through that publishes, while this instance takes new work. */
@Injectable()
export class IntakeGuard implements CanActivate {
  constructor(private readonly intake: IntakeService) {}

  /** Always true, or throws `draining` or `overloaded`. */
  canActivate(): boolean {
    this.intake.requireRequest();
    return true;
  }
}
