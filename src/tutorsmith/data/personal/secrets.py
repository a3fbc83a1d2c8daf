"""Passwords, keys and tokens: the forms that detect-secrets knows, newer ones, and what stands behind "password:"."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tutorsmith.data.personal.spans import Personal, holds

_PLUGINS = (
    "artifactory.ArtifactoryDetector",
    "aws.AWSKeyDetector",
    "azure_storage_key.AzureStorageKeyDetector",
    "cloudant.CloudantDetector",
    "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector",
    "gitlab_token.GitLabTokenDetector",
    "ibm_cloud_iam.IbmCloudIamDetector",
    "jwt.JwtTokenDetector",
    "mailchimp.MailchimpDetector",
    "npm.NpmDetector",
    "openai.OpenAIDetector",
    "pypi_token.PypiTokenDetector",
    "sendgrid.SendGridDetector",
    "slack.SlackDetector",
    "square_oauth.SquareOAuthDetector",
    "stripe.StripeDetector",
    "telegram_token.TelegramBotTokenDetector",
    "twilio.TwilioKeyDetector",
)
_LONG = 20
"""No token of these forms is shorter."""
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-(?:proj-|ant-(?:api\d\d-)?|or-(?:v1-)?|svcacct-)?[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{20,}"
    r"|gsk_[A-Za-z0-9]{20,}|AIza[0-9A-Za-z_-]{30,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[0-9A-Za-z_]{20,}|glpat-[\w-]{20,}"
    r"|LTAI[A-Za-z0-9]{12,}|AKID[A-Za-z0-9]{13,}|(?:AKIA|ASIA)[0-9A-Z]{16}|ya29\.[\w-]{20,}|xox[abposr]-[\w-]{10,}"
    r"|(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{16,}|npm_[A-Za-z0-9]{30,}|dckr_pat_[\w-]{20,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]+)?)"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:.*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:\s*(?:\\n)?[A-Za-z0-9+/=]{16,})*)",
    re.DOTALL,
)
_PASSWORD_IN_LINK = re.compile(r"://[^\s:/@]+:(?P<secret>[^\s:/@]{3,})@[\w.-]+")
_BEARER = re.compile(r"\b(?:Bearer|Authorization:\s*Basic)\s+(?P<secret>[A-Za-z0-9._~+/=-]{20,})")
# Words behind which any value is a secret, and words behind which only one that looks like it.
_PASSWORD = re.compile(
    r"(?:\b(?:password|passwd|passphrase|passcode|pwd)|密码|口令)\s*(?:is|was|=|:|：|为|是)\s*[\"'“`]?"
    r"(?P<secret>[!-~]{6,64}?)(?=[\"'”`,;]?(?:\s|$|[^\x00-\x7f])|[\"'`,;.]+(?:\s|$))",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?:\b\w*(?:api|access|secret|private|auth|client|license|encryption|account)[_ -]?(?:key|token|secret)\w*|\b(?:\w+_)?"
    r"(?:secret|token|apikey|credentials?)|密钥|令牌)[\"']?\s*(?:is|was|=|:|：|为|是)\s*[\"'“`]?"
    r"(?P<secret>[A-Za-z0-9+/=_.~-]{12,})",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\[|\w+\(|[*x.•_-]+$|<.*>$|\$\{?\w+|\{\{.*|your|my[_-]|example|changeme|placeholder|os\.|getenv|env[.\[]|none$|null$|true$|false$"
    r"|(?:required|incorrect|correct|wrong|invalid|missing|needed|stored|hashed|entered|protected|secret|password)\b",
    re.IGNORECASE,
)
_PASSWORD_HINTS = ("passw", "pwd", "passphrase", "passcode", "密码", "口令")
_KEY_HINTS = ("key", "token", "secret", "credential", "密钥", "令牌")
_LEAST = 12
"""Characters of the shortest value that is taken for a key."""
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=1)
def _plugins() -> tuple[Any, ...]:
    from importlib import import_module

    made = []
    for name in _PLUGINS:
        module, _, cls = name.partition(".")
        made.append(getattr(import_module(f"detect_secrets.plugins.{module}"), cls)())
    return tuple(made)


def _looks_random(value: str) -> bool:
    """Letters and digits mixed, and nearly as many different characters as chance would give."""
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy >= 2.8


def secrets(text: str) -> Iterator[Personal]:
    """Passwords, keys and tokens of a text."""
    lowered = text.lower()
    mixed = [word for word in text.split() if len(word) >= _LEAST and _DIGIT.search(word) and "\\" not in word]
    if long_words := [word for word in mixed if len(word) >= _LONG]:
        yield from _tokens(text, long_words)
    patterns = [_PASSWORD_IN_LINK] if "://" in text else []
    patterns += [_BEARER] if long_words and holds(lowered, ("bearer", "authorization")) else []
    for pattern in patterns:
        for found in pattern.finditer(text):
            if not _NONE.match(found["secret"]):
                yield Personal("secret", *found.span("secret"))
    for found in _PRIVATE_KEY.finditer(text) if "PRIVATE KEY" in text else ():
        yield Personal("secret", *found.span())
    for found in _PASSWORD.finditer(text) if holds(lowered, _PASSWORD_HINTS) else ():
        secret = found["secret"]
        if not _NONE.match(secret) and not (secret.isalpha() and (secret.islower() or secret.istitle())):
            yield Personal("secret", *found.span("secret"))
    for found in _KEY.finditer(text) if mixed and holds(lowered, _KEY_HINTS) else ():
        if not _NONE.match(found["secret"]) and _looks_random(found["secret"]):
            yield Personal("secret", *found.span("secret"))


def _tokens(text: str, long_words: list[str]) -> Iterator[Personal]:
    for word in long_words:
        at = text.find(word)
        for found in _TOKEN.finditer(word):
            if _looks_random(found[0]):
                yield Personal("secret", at + found.start(), at + found.end())
        for plugin in _plugins():
            for secret in plugin.analyze_string(word):
                if len(secret) >= _LONG - 4 and _looks_random(secret) and secret in word:
                    start = at + word.index(secret)
                    yield Personal("secret", start, start + len(secret))
