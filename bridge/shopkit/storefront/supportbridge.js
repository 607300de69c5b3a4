/*
 * Puts the desk's answer on the page as soon as there is one.
 *
 * The page says by an address where the answer is asked for; what comes back is made by the same code as the page. Where
 * this file does not run, the browser looks at the whole page again, and the page's own button always does.
 */
(function () {
  'use strict';

  var PAUSES = [[10000, 500], [70000, 1000], [370000, 5000]]; // until that age in milliseconds, ask in such steps

  function follow(place) {
    var began = Date.now();
    var address = place.getAttribute('data-supportbridge-live');
    var shown = '';

    function pause() {
      var age = Date.now() - began;
      for (var at = 0; at < PAUSES.length; at += 1) {
        if (age < PAUSES[at][0]) {
          return PAUSES[at][1];
        }
      }
      return 0;
    }

    function wait() {
      var next = pause();
      if (next > 0) {
        window.setTimeout(ask, next);
      }
    }

    function show(html, done) {
      var hadFocus = place.contains(document.activeElement);
      var isFirst = shown === ''; // the page has just been made with the same
      if (html === '' || html === shown) {
        return;
      }
      shown = html;
      if (isFirst && !done) {
        return;
      }
      place.innerHTML = html;
      if (hadFocus) {
        place.focus();
      }
    }

    function answered(request) {
      var reply = null;
      try {
        reply = JSON.parse(request.responseText);
      } catch (error) {
        reply = null; // the login page, for instance: nothing more can be learned here
      }
      if (request.status !== 200 || reply === null || typeof reply.html !== 'string') {
        return request.status === 0 || request.status >= 500; // a fault may pass
      }
      show(reply.html, reply.done === true);
      return reply.done !== true;
    }

    function ask() {
      var request = new XMLHttpRequest();
      if (document.hidden) {
        wait();
        return;
      }
      request.open('GET', address, true);
      request.timeout = 10000;
      request.onloadend = function () {
        if (answered(request)) {
          wait();
        }
      };
      request.send();
    }

    wait();
  }

  function begin() {
    var places = document.querySelectorAll('[data-supportbridge-live]');
    for (var at = 0; at < places.length; at += 1) {
      follow(places[at]);
    }
  }

  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', begin);
  } else {
    begin();
  }
}());
