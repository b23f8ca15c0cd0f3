'use strict';
// Every served action with valid and invalid requests, through the client of the run. Nothing here
// needs an empty account: lists are compared with their earlier content, and names are unique to
// the run.

const parts = [
  require('./account'),
  require('./keys'),
  require('./versions'),
  require('./cipher'),
  require('./datakeys'),
  require('./pairs'),
  require('./export'),
  require('./byok'),
  require('./rotation'),
  require('./secrets'),
  require('./values'),
  require('./managed'),
  require('./certificates'),
  require('./aliases'),
  require('./tags'),
  require('./lifecycle'),
  require('./lists'),
  require('./parameters'),
];

module.exports = async function scenario(run) {
  for (const part of parts) {
    const made = [];
    await part(run, {
      /** A key for this part, scheduled for deletion at its end. */
      async key(params) {
        const key = await run.key(params);
        made.push(key.KeyId);
        return key;
      },
    });
    await run.check(`${part.name}: its ${made.length} keys are scheduled for deletion`, async () => {
      for (const id of made) {
        const { KeyState } = await run.describe(id);
        if (KeyState !== 'PendingDeletion') await run.done('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 });
      }
    });
  }
};
