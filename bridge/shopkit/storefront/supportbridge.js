/*
 * Puts the desk's answer on the page as soon as there is one.
 *
 * The page says by an address where the answer is asked for; what comes back is made by the same code as the page. Where
 * this file does not run, the browser looks at the whole page again, and the page's own button always does.
 *
 * Nobody is asked for a page that nobody looks at. Whoever comes back to it, or wakes his machine, is where he was when he
 * sent something: it is asked again from the start. When the asking ends without an answer, the page says so.
 */
(function () {
  'use strict';

  // Until that age in milliseconds, ask in such steps: most answers are there within three seconds.
  var PAUSES = [[3000, 250], [10000, 500], [70000, 1000], [370000, 5000]];
  var OVERSLEPT = 30000; // so much later than it should, a timer comes only where the machine or the page was asleep

  function follow(place) {
    var began = Date.now();
    var address = place.getAttribute('data-supportbridge-live');
    var stopped = place.getAttribute('data-supportbridge-stopped');
    var shown = null;
    var timer = 0;
    var isAsking = false;
    var isDone = false;

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
      var due = Date.now() + next;
      if (next === 0) {
        stop();
        return;
      }
      timer = window.setTimeout(function () {
        if (Date.now() - due > OVERSLEPT) {
          beginAnew();
        }
        ask();
      }, next);
    }

    function beginAnew() {
      began = Date.now();
      shown = shown || ''; // the page may be older than what is told next
    }

    function stop() {
      var help = place.querySelector('[data-supportbridge="answer-help"]');
      if (help !== null && stopped) {
        help.textContent = stopped;
        shown = ''; // what the page says is not what was told last
      }
    }

    function wake() {
      if (document.hidden || isDone) {
        return;
      }
      beginAnew();
      window.clearTimeout(timer);
      ask();
    }

    function show(html, done) {
      var hadFocus = place.contains(document.activeElement);
      if (html === '' || html === shown) {
        return;
      }
      if (shown === null && !done) { // the page has just been made with the same
        shown = html;
        return;
      }
      shown = html;
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
      isDone = reply.done === true;
      show(reply.html, isDone);
      return !isDone;
    }

    function ask() {
      var request = new XMLHttpRequest();
      if (document.hidden || isAsking) {
        return; // coming back asks, and so does the end of what is on its way
      }
      isAsking = true;
      request.open('GET', address, true);
      request.timeout = 10000;
      request.onloadend = function () {
        isAsking = false;
        if (answered(request)) {
          wait();
        } else if (!isDone) {
          stop();
        }
      };
      request.send();
    }

    document.addEventListener('visibilitychange', wake);
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
