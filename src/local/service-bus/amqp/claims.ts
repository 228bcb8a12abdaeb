import { parseAddress } from '../address.ts';
import type { Broker } from '../broker/broker.ts';
import type { Handler } from './requests.ts';

/**
 * Answers `put-token` on `$cbs`. Any token will do; an unknown entity is refused here already, as Service Bus
 * does, since the client would wait for a link that is attached and detached at once.
 * AMQP claims-based security 1.0, section 3.
 */
export function createClaims(broker: Broker): Handler {
  return function putToken(request, reply) {
    const { name } = request.properties;
    const audience = typeof name === 'string' ? name : '';
    const address = parseAddress(audience);
    if (address.queue !== '' && broker.find(address) === undefined) {
      const description = `Put token failed. status-code: 404, status-description: The messaging entity '${audience}' could not be found.`;
      reply({ properties: { 'status-code': 404, 'status-description': description } });
      return;
    }
    reply({ properties: { 'status-code': 202, 'status-description': 'Accepted' } });
  };
}
