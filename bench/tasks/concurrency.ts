/** Subscriptions that are read at a time, as host.json has it (`maxConcurrentCalls`). */
export const SUBSCRIPTIONS_AT_A_TIME = 8;
