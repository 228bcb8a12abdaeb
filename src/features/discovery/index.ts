export { ApiVersions } from './apiVersions.ts';
export { EstateReader } from './estateReader.ts';
export { actorOfClaims, isReading } from './events.ts';
export { refreshQueue, resourceEventsQueue, syncQueue } from './queues.ts';
export { discoveryRoutes } from './routes.ts';
export { RefreshMessage, SyncMessage } from './schema.ts';
export { Discovery } from './service.ts';
