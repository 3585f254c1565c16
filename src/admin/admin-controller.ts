import { applyDecorators, Controller, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import { AdminGuard } from './admin.guard.js';
import { JsonBodyInterceptor } from './json-body.interceptor.js';
import { SchemaPipe } from './schema.pipe.js';

/** A controller of the REST edge: its routes declare who may, read JSON bodies, and check schemas. */
export function AdminController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(path),
    UseGuards(AdminGuard),
    UseInterceptors(JsonBodyInterceptor),
    UsePipes(SchemaPipe),
  );
}
