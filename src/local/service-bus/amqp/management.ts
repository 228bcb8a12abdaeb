import type { Broker } from '../broker/broker.ts';
import type { Entity } from '../broker/entity.ts';
import { refusalOf } from './errors.ts';
import { Fields } from './fields.ts';
import { type Call, OPERATIONS, type Operation, type Outcome } from './operations.ts';
import type { Handler, Response } from './requests.ts';

/**
 * Answers requests to `ENTITY/$management`, each after its effects are durable.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
 */
export function createManagement(entity: Entity, broker: Broker): Handler {
  return function manage(request, reply) {
    const operation = OPERATIONS.get(String(request.properties.operation));
    const call = { entity, broker, now: Date.now(), fields: new Fields(request.body) };
    const outcome = run(operation, call);
    broker.touch(entity);
    broker.afterCommit(() => reply(responseTo(outcome)));
  };
}

/** An embedded message that is not well formed makes a RangeError. */
function run(operation: Operation | undefined, call: Call): Outcome {
  try {
    return operation?.(call) ?? { ok: false, code: 'notImplemented' };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, code: 'undecodable' };
    throw error;
  }
}

function responseTo(outcome: Outcome): Response {
  if (!outcome.ok) {
    const { status, condition, description } = refusalOf(outcome.code);
    return {
      properties: { statusCode: status, statusDescription: description, errorCondition: condition },
    };
  }
  if (outcome.body === undefined) return { properties: { statusCode: 204, statusDescription: 'No content' } };
  return { properties: { statusCode: 200, statusDescription: 'OK' }, body: outcome.body };
}
