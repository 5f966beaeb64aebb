/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * agent: a browser in two words. Answers: "which of my machines is this session?"
 *
 * Made from the User-Agent header, which proves nothing: for people to recognise, not for programs to decide. Pure; owns
 * nothing. Called by: the pages that list sessions.
 *
 * Pointers: the result is static text, or otherwise. Errors: none.
 *
 * Invariants:
 *  1. Nothing of the header itself is given back.
 */
#ifndef FILO_WEB_SETTINGS_AGENT_H
#define FILO_WEB_SETTINGS_AGENT_H

/* "Firefox · Linux"; otherwise: for what is none of the usual ones. */
const char *agent_words(const char *user_agent, const char *otherwise);

#endif
