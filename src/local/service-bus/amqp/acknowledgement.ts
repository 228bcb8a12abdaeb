import { Socket } from 'node:net';
import type { Connection } from 'rhea';

/** An AMQP frame without a performative, as used for heartbeats: AMQP 1.0 part 2, section 2.4.5. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/**
 * Answers every read that calls for no answer with an empty frame, so that the TCP acknowledgement leaves with it
 * at once. The client's sockets run Nagle's algorithm: without this its next small write may wait for the delayed
 * acknowledgement, 40 ms on Linux.
 */
export function acknowledgeAtOnce(connection: Connection): void {
  const socket: unknown = connection.socket;
  if (!(socket instanceof Socket)) return;
  let checking = false;
  socket.on('data', () => {
    if (checking) return;
    checking = true;
    const written = socket.bytesWritten;
    setImmediate(() => {
      checking = false;
      if (socket.bytesWritten === written && socket.writable) socket.write(EMPTY_FRAME);
    });
  });
}
