import type { link } from 'rhea';

/** Calls back once when a link is closed, or its session or connection ends under it. */
export function whenGone(target: link, callback: () => void): void {
  const { session, connection } = target;
  const closed = target.is_sender() ? 'sender_close' : 'receiver_close';

  function gone(): void {
    target.removeListener(closed, gone);
    session.removeListener('session_close', gone);
    connection.removeListener('connection_close', gone);
    connection.removeListener('disconnected', gone);
    callback();
  }

  target.on(closed, gone);
  session.on('session_close', gone);
  connection.on('connection_close', gone);
  connection.on('disconnected', gone);
}
