import { app } from '@azure/functions';
import { registerEventGrid } from './functions/eventGrid.ts';
import { registerEventHubs } from './functions/eventHubs.ts';
import { registerHttp } from './functions/http.ts';
import { registerQueues } from './functions/queues.ts';
import { registerTimers } from './functions/timers.ts';
import { createServices } from './services.ts';
import { readSettings } from './settings.ts';

app.setup({ enableHttpStream: true });
const services = createServices(readSettings(process.env));
app.hook.appStart(() => services.prepare());
registerHttp(services.api);
registerQueues(services);
registerTimers(services);
registerEventGrid(services);
registerEventHubs(services);
