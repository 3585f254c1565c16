import { createServer } from 'node:http';
import process from 'node:process';
import { createAdapter as createRedisAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server, type Socket } from 'socket.io';

// The chat without a framework, as the documentation of Socket.IO advises for many connections.

const { REDIS_URL: url, ADAPTER: adapter } = process.env;
if (url === undefined) throw new Error('REDIS_URL is not set');

const redis = new Redis(url);
const isStreams = adapter === 'streams';
const http = createServer();
const io = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
  adapter: isStreams ? createStreamsAdapter(redis) : createRedisAdapter(redis, redis.duplicate()),
  ...(isStreams ? { connectionStateRecovery: { maxDisconnectionDuration: 600_000 } } : {}),
});

// Documented: the first request is kept for nothing.
io.engine.on('connection', (connection: { request: unknown }) => {
  connection.request = null;
});

io.on('connection', (socket: Socket) => {
  socket.on('join', async ({ room }: { room: string }, reply: (body: object) => void) => {
    await socket.join(room);
    reply({ ok: true });
  });
  socket.on(
    'publish',
    (
      { room, id, text }: { room: string; id: string; text: string },
      reply: (body: object) => void,
    ) => {
      io.to(room).emit('message', { room, id, text, from: socket.id, at: Date.now() });
      reply({ ok: true, id });
    },
  );
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.stdout.write(`listening on ${address.port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
