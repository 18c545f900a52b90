"use strict";
// Fills a setting's page with somebody else: her name and numbers in texts, ids, attributes and addresses.
const crowd = document.createElement("section");
crowd.innerHTML = `
  <h2>Maria Fremd</h2>
  <p>maria.fremd@example.org is connected to Maria Fremd, member 4815162342.</p>
  <maria-fremd role="mariaFremd" id="urn:li:member:4815162342">
    <label id="maria-fremd-label" for="follow-maria-fremd">Follow Maria Fremd</label>
    <input type="checkbox" id="follow-maria-fremd" name="maria.fremd@example.org" value="maria.fremd@example.org"
      data-maria-fremd="4815162342" aria-labelledby="maria-fremd-label mariaFremd urn:li:member:4815162342">
    <input type="radio" id="mariaFremd__MARIA_FREMD" name="ACoAAB4815162342MariaFremd">
    <button type="button" aria-pressed="maria" aria-label="Write to Maria Fremd">Maria Fremd</button>
  </maria-fremd>
  <iframe src="/in/maria-fremd/?member=4815162342" title="Maria Fremd"></iframe>`;
document.querySelector("main").append(crowd);
