/** How long each room's messages are kept, as JSON of the contract's `Retention`; NULL is for ever. */
export const up = 'ALTER TABLE chat ADD COLUMN retention TEXT;';
