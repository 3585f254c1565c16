import 'reflect-metadata';
import process from 'node:process';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ChatGateway } from './chat.gateway.js';
import { RedisIoAdapter } from './redis-io-adapter.js';

@Module({ providers: [ChatGateway] })
class ChatModule {}

const url = process.env['REDIS_URL'];
if (url === undefined) throw new Error('REDIS_URL is not set');

const app = await NestFactory.create(ChatModule, { logger: ['error', 'warn'] });
app.useWebSocketAdapter(new RedisIoAdapter(app, url));
await app.listen(0, '127.0.0.1');
process.stdout.write(`listening on ${new URL(await app.getUrl()).port}\n`);
process.on('SIGTERM', () => process.exit(0));
