export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one line to the log; `about` stands beside the sentence as JSON. Never throws. */
export type Log = (level: LogLevel, message: string, about?: object) => void;
