import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import { Server, Socket } from 'socket.io';

interface Join {
  readonly room: string;
}

interface Publication {
  readonly room: string;
  readonly id: string;
  readonly text: string;
}

/** The chat as most teams write it. */
@WebSocketGateway({ transports: ['websocket'], perMessageDeflate: false })
export class ChatGateway {
  @WebSocketServer()
  declare private readonly server: Server;

  @SubscribeMessage('join')
  async join(@ConnectedSocket() socket: Socket, @MessageBody() { room }: Join): Promise<object> {
    await socket.join(room);
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
}
