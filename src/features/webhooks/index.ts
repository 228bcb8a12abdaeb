export { DeliveryMessage, deliveriesQueue } from './delivery/queue.ts';
export { Sender } from './delivery/sender.ts';
export type { EventMessage } from './fanOut.ts';
export { webhookRoutes } from './routes.ts';
export { deliveriesTable, webhooksTable } from './rows.ts';
export { Webhooks } from './service.ts';
export { verifyWebhook } from './signature.ts';
export { checkUrl } from './ssrf/url.ts';
