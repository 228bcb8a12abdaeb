import type { QueueDeclaration, Queues } from '#platform/queues.ts';
import { answerOf, type Check, failed, found, ok, warning } from './finding.ts';

const DEAD_LETTERS = 'docs/operations/alerts.md#dead-letters';

/** Opens a link to send, one to receive, and looks into the dead letters; takes nothing. */
export function queueChecks(ports: {
  readonly queues: Queues;
  readonly declarations: readonly QueueDeclaration[];
  readonly isLocal: boolean;
}): Check[] {
  const { queues, isLocal } = ports;

  function explain(queue: QueueDeclaration) {
    return (error: unknown) => {
      const { code, words } = answerOf(error);
      if (code === 'MessagingEntityNotFound')
        return failed('queues', queue.name, {
          detail: 'it is missing',
          mend: isLocal ? 'stop npm start, and start it again' : 'azd provision',
        });
      if (code === 'UnauthorizedAccess')
        return failed('queues', queue.name, {
          detail: 'refused: Azure Service Bus Data Sender or Data Receiver is not granted',
          mend: 'azd provision (it assigns both roles)',
        });
      return failed('queues', queue.name, {
        detail: `does not answer: ${code} ${words}`.trim(),
        mend: isLocal ? 'npm start' : 'azd provision, then docs/operations/alerts.md#queue-throttling',
      });
    };
  }

  async function tryQueue(queue: QueueDeclaration) {
    await queues.ping(queue);
    const dead = await queues.countDeadLetters(queue);
    if (dead === 0) return ok('queues', queue.name, 'sent to and received from; no dead letters');
    return warning('queues', queue.name, {
      detail: `${dead} dead letter(s), at the least`,
      mend: DEAD_LETTERS,
    });
  }

  return [
    {
      name: 'queues',
      run: () => Promise.all(ports.declarations.map((queue) => found(() => tryQueue(queue), explain(queue)))),
    },
  ];
}
