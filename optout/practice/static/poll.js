"use strict";
// Asks until the sign-in was approved, then goes where the site says.
const data = JSON.parse(document.getElementById("page-data").textContent);
const ask = async () => {
  const answer = await fetch(data.poll).then((reply) => reply.json());
  if (answer.go) location.assign(answer.go);
  else setTimeout(ask, data.every);
};
setTimeout(ask, data.every);
