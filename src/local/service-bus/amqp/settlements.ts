import type { AmqpError, Delivery } from 'rhea';
import type { Properties, Settlement } from '../queue/message.ts';

export const OUTCOMES = ['accepted', 'released', 'rejected', 'modified'] as const;

/**
 * Returns what a disposition means for the message.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide (receiver settlement)
 */
export function settlementOf(outcome: (typeof OUTCOMES)[number], delivery: Delivery): Settlement {
  const state = delivery.remote_state;
  switch (outcome) {
    case 'accepted':
      return { kind: 'complete' };
    case 'released':
      return { kind: 'release' };
    case 'modified':
      return {
        kind: state?.undeliverable_here === true ? 'defer' : 'abandon',
        properties: propertiesOf(state?.message_annotations),
      };
    case 'rejected':
      return { kind: 'deadLetter', properties: deadLetterProperties(state?.error) };
  }
}

function deadLetterProperties(error: AmqpError | undefined): Properties {
  if (error?.condition === undefined || error.condition === 'com.microsoft:dead-letter') {
    return propertiesOf(error?.info);
  }
  return { DeadLetterReason: error.condition, DeadLetterErrorDescription: error.description };
}

function propertiesOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
