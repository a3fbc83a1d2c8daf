"""Chat templates that behave as those of well-known model families do, written for these tests."""

# ChatML as small instruct models carry it: no default system text, no tools.
CHATML = (
    "{%- for m in messages -%}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)

# What Qwen's templates share: tools in the system turn, calls as <tool_call>, results in a user turn that a run of
# results shares. The Qwen2.5 kind puts in a system text of its own when there is none.
_SYSTEM = """
{%- set first = messages[0].content if messages[0].role == 'system' else default_system -%}
{%- if tools -%}
{{- '<|im_start|>system\n' -}}
{%- if first -%}{{- first + '\n\n' -}}{%- endif -%}
{{- '# Functions\n<tools>' -}}
{%- for tool in tools -%}{{- '\n' + (tool | tojson) -}}{%- endfor -%}
{{- '\n</tools><|im_end|>\n' -}}
{%- elif first -%}
{{- '<|im_start|>system\n' + first + '<|im_end|>\n' -}}
{%- endif -%}
"""
_CALLS = """
{%- for call in m.tool_calls -%}
{%- if not loop.first or body -%}{{- '\n' -}}{%- endif -%}
{{- '<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) -}}
{{- '}\n</tool_call>' -}}
{%- endfor -%}
{{- '<|im_end|>\n' -}}
"""
_RESULT = """
{%- if messages[loop.index0 - 1].role != 'tool' -%}{{- '<|im_start|>user' -}}{%- endif -%}
{{- '\n<tool_response>\n' + m.content + '\n</tool_response>' -}}
{%- if loop.last or messages[loop.index0 + 1].role != 'tool' -%}{{- '<|im_end|>\n' -}}{%- endif -%}
"""
QWEN25 = (
    "{%- set default_system = 'You are a helpful assistant.' -%}"
    + _SYSTEM
    + """
{%- for m in messages -%}
{%- if m.role == 'user' or (m.role == 'system' and not loop.first) -%}
{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' -}}
{%- elif m.role == 'assistant' -%}
{%- set body = m.content or '' -%}
{{- '<|im_start|>assistant\n' + body -}}
"""
    + _CALLS
    + "{%- elif m.role == 'tool' -%}"
    + _RESULT
    + """
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}
"""
)
# The Qwen3 kind: the last answer carries a (perhaps empty) think block, answers before the last question none, and
# enable_thinking=False puts the empty block into the generation prompt.
QWEN3 = (
    "{%- set default_system = '' -%}"
    + _SYSTEM
    + """
{%- set ns = namespace(question=-1) -%}
{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set ns.question = loop.index0 -%}{%- endif -%}{%- endfor -%}
{%- for m in messages -%}
{%- if m.role == 'user' or (m.role == 'system' and not loop.first) -%}
{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' -}}
{%- elif m.role == 'assistant' -%}
{%- set body = m.content if m.content is string else '' -%}
{%- set thought = '' -%}
{%- if '</think>' in body -%}
{%- set thought = body.split('</think>')[0].split('<think>')[-1].strip('\n') -%}
{%- set body = body.split('</think>')[-1].lstrip('\n') -%}
{%- endif -%}
{{- '<|im_start|>assistant\n' -}}
{%- if loop.index0 > ns.question and (loop.last or thought) -%}
{{- '<think>\n' + thought + '\n</think>\n\n' + body.lstrip('\n') -}}
{%- else -%}
{{- body -}}
{%- endif -%}
"""
    + _CALLS
    + "{%- elif m.role == 'tool' -%}"
    + _RESULT
    + """
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\n' -}}
{%- if enable_thinking is defined and enable_thinking is false -%}{{- '<think>\n\n</think>\n\n' -}}{%- endif -%}
{%- endif -%}
"""
)
# Answers that run on: a turn is closed by a line break only.
NEVER_CLOSES = (
    "{%- for m in messages -%}{{ m.role + ': ' + m.content + '\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ 'assistant: ' }}{%- endif -%}"
)
# A reasoning model's: the prompt opens a thought that a finished dialogue does not show.
PROMPT_DIFFERS = (
    "{%- for m in messages -%}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n<think>\n' }}{%- endif -%}"
)
REFUSES_SYSTEM = (
    "{%- if messages[0].role == 'system' -%}{{ raise_exception('System role not supported') }}{%- endif -%}" + CHATML
)
