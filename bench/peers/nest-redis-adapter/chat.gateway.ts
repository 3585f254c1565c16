import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import { Server, Socket } from 'socket.io';

interface Room {
  readonly room: string;
}

interface Publication extends Room {
  readonly id: string;
  readonly text: string;
}

/** The chat as most teams write it: five handlers. */
@WebSocketGateway({ transports: ['websocket'], perMessageDeflate: false })
export class ChatGateway {
  @WebSocketServer()
  declare private readonly server: Server;

  @SubscribeMessage('join')
  async join(@ConnectedSocket() socket: Socket, @MessageBody() { room }: Room): Promise<object> {
    await socket.join(room);
    return { ok: true };
  }

  @SubscribeMessage('leave')
  async leave(@ConnectedSocket() socket: Socket, @MessageBody() { room }: Room): Promise<object> {
    await socket.leave(room);
    return { ok: true };
  }

  @SubscribeMessage('publish')
  publish(
    @ConnectedSocket() socket: Socket,
    @MessageBody() { room, id, text }: Publication,
  ): object {
    this.server.to(room).emit('message', { room, id, text, from: socket.id, at: Date.now() });
    return { ok: true, id };
  }

  @SubscribeMessage('typing')
  typing(@ConnectedSocket() socket: Socket, @MessageBody() { room }: Room): object {
    socket.to(room).emit('typing', { room, from: socket.id });
    return { ok: true };
  }

  @SubscribeMessage('members')
  async members(@MessageBody() { room }: Room): Promise<object> {
    const sockets = await this.server.in(room).fetchSockets();
    return { ok: true, members: sockets.map(({ id }) => id) };
  }
}
