'use strict';
// Requests each URL of the command line by the standard library, and prints the answers.

const https = require('node:https');

function ask(url) {
  return new Promise((resolve, reject) => {
    https.get(url, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

(async () => {
  for (const url of process.argv.slice(2)) console.log(await ask(url));
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
