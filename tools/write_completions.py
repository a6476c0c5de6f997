#!/usr/bin/env python3
"""Writes etc/completion/: for each program the scripts that complete its command line in bash, zsh and fish.

Usage: write_completions.py COMMAND_LINES [--check]
COMMAND_LINES is the program build/release/tests/command_lines, which prints the command lines as JSON (tests/checks/command_lines.cc):
names, descriptions and choices are those of --help. With --check nothing is written; exit 1 when a script is not what would be
written now. A test does that.
"""
import json
import pathlib
import re
import subprocess
import sys

import written_files

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "etc/completion"
# What --help shows of a value, and what is offered for it. Nothing is offered for any other value.
KINDS = {"FILE": "file", "PATH": "file", "FOLDER": "folder", "HOST": "host", "HOST[:PORT]": "host", "USER": "user"}
ARGUMENT_KINDS = {"turnaway check": "host"}
BASH = {"file": "-f", "folder": "-d", "host": "-A hostname", "user": "-u"}
ZSH = {"file": "_files", "folder": "_files -/", "host": "_hosts", "user": "_users"}
FISH = {"file": "-r -F", "folder": "-x -a '(__fish_complete_directories)'", "host": "-x -a '(__fish_print_hostnames)'",
        "user": "-x -a '(__fish_complete_users)'"}


def listed(words):
    """As all three shells read a list of words."""
    return " ".join(word if re.fullmatch(r"[\w.-]+", word) else f'"{word}"' for word in words)


class Option:
    def __init__(self, data):
        self.names, self.description, self.excludes = data["names"], data["description"], data["excludes"]
        self.repeats = data["repeatable"]
        self.has_value = "value" in data
        self.value, _, choices = data.get("value", "").partition(":{")
        self.words = data.get("words") or [word for word in choices.rstrip("}").split(",") if word]
        self.kind = KINDS.get(self.value)


class Command:
    def __init__(self, path, data):
        self.path, self.name, self.description = path, data["name"], data["description"]
        self.options = [Option(option) for option in data["options"]]
        self.arguments = [argument["name"] for argument in data["arguments"]]
        self.argument_kind = ARGUMENT_KINDS.get(path)
        self.commands = [Command(f"{path} {below['name']}", below) for below in data["commands"]]

    def all(self):
        return [self] + [each for below in self.commands for each in below.all()]


def programs_of(data):
    """`turnaway X` begins turnaway-X too (cli/daemon.h)."""
    main = data[0]
    for daemon in data[1:]:
        main["commands"].append({**daemon, "name": daemon["name"].removeprefix(main["name"] + "-")})
    main["commands"].sort(key=lambda command: command["name"])
    return [Command(program["name"], program) for program in data]


def head(program, shell):
    return f"{shell} completion for {program.name}, made from its --help by tools/write_completions.py"


# bash: one function, which finds the command, then what its last option takes or what comes next.

def bash_case(patterns, offered):
    """What is not a word of letters has to be quoted as the name of a file is."""
    quotes = "compopt -o filenames; " if offered in (BASH["file"], BASH["folder"]) or '"' in offered else ""
    return f"                {' | '.join(patterns)}) " + (f"{quotes}offered=({offered}) ;;" if offered else "return ;;")


def bash_command(command):
    values = {}  # what is offered: the options that take it
    for option in command.options:
        if option.has_value:
            offered = f"-W '{listed(option.words)}'" if option.words else BASH.get(option.kind, "")
            values.setdefault(offered, []).extend(option.names)
    words = [below.name for below in command.commands] + [name for option in command.options for name in option.names]
    offered = f"-W '{listed(words)}'" + (f" {BASH[command.argument_kind]}" if command.argument_kind else "")
    if not values:
        return [f'        "{command.path}") offered=({offered}) ;;']
    return [f'        "{command.path}")', "            case $previous in", *(bash_case(names, each) for each, names in values.items()),
            f"                *) offered=({offered}) ;;", "            esac ;;"]


def bash_walk(program):
    lines = [" | ".join(f'"{below.path}"' for below in command.commands) for command in program.all() if command.commands]
    if not lines:
        return []
    return ["    local i", "    for ((i = 1; i < COMP_CWORD; i++)); do", '        case "$command ${COMP_WORDS[i]}" in',
            *(f"            {line}) command+=\" ${{COMP_WORDS[i]}}\" ;;" for line in lines), "        esac", "    done"]


def bash(program):
    function = "_" + program.name.replace("-", "_")
    return "\n".join([
        f"# {head(program, 'bash')}", f"{function}() {{",
        "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=" + program.name,
        "    # bash makes a word of the = in --option=value",
        "    if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi",
        *bash_walk(program), "    local -a offered=()", "    COMPREPLY=()", "    case $command in",
        *(line for command in program.all() for line in bash_command(command)),
        "    esac", '    mapfile -t COMPREPLY < <(compgen "${offered[@]}" -- "$word")', "}", f"complete -F {function} {program.name}", ""])


# zsh: a function for each command, which lets _arguments do the work.

def zsh_quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_action(words, kind):
    return f"({listed(words)})" if words else ZSH.get(kind, "")


def zsh_option(option):
    is_last = "--help" in option.names or "--version" in option.names  # nothing comes after it
    without = ["-", "*"] if is_last else [*(option.names if len(option.names) > 1 else []), *option.excludes]
    description = re.sub(r"([\[\]])", r"\\\1", option.description)
    value = ""
    if option.has_value:
        value = ":" + option.value.replace(":", "\\:") + ":" + zsh_action(option.words, option.kind)
    before = f"({' '.join(without)})" if without else "*" if option.repeats else ""
    names = [name + ("=" if option.has_value and name.startswith("--") else "") for name in option.names]
    if len(names) == 1:
        return zsh_quoted(f"{before}{names[0]}[{description}]{value}")
    return f"{zsh_quoted(before)}{{{','.join(names)}}}{zsh_quoted(f'[{description}]{value}')}"


def zsh_function(command):
    function = "_" + re.sub(r"\W", "_", command.path)
    specs = [zsh_option(option) for option in command.options]
    if not command.commands:
        # With an action that offers nothing, zsh would only show the name, and complete no option.
        specs += [zsh_quoted(f"*:{name}:{ZSH.get(command.argument_kind, '()')}") for name in command.arguments]
        return [f"{function}() {{", "    _arguments \\", "        " + " \\\n        ".join(specs), "}"]
    commands = [zsh_quoted(f"{below.name}:{below.description}") for below in command.commands]
    specs += ["'1: :->command'", "'*:: :->rest'"]
    cases = [f"            {below.name}) _{re.sub(r'[^a-z]', '_', below.path)} && result=0 ;;" for below in command.commands]
    return [f"{function}() {{", "    local curcontext=$curcontext state line result=1", "    local -A opt_args", "    local -a commands=(",
            *(f"        {each}" for each in commands), "    )", "    _arguments -C \\",
            "        " + " \\\n        ".join(specs) + " && result=0", "    case $state in",
            "        command) _describe command commands && result=0 ;;", "        rest) case $words[1] in", *cases, "        esac ;;",
            "    esac", "    return result", "}"]


def zsh(program):
    out = [f"#compdef {program.name}", f"# {head(program, 'zsh')}"]
    for command in reversed(program.all()):
        out += zsh_function(command)
    return "\n".join(out) + f"\n{'_' + re.sub(r'[^a-z]', '_', program.path)} \"$@\"\n"


# fish: one line for each command and option, with the command before it as its condition.

def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_lines(program, command, asks):
    start = f"complete -c {program.name}" + (f" -n '{asks} {command.path}'" if asks else "")
    for below in command.commands:
        yield f"{start} -a {below.name} -d {fish_quoted(below.description)}"
    if command.argument_kind:
        yield f"{start} {FISH[command.argument_kind].removeprefix('-x ')}"
    for option in command.options:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
        value = ""
        if option.has_value:
            value = " " + (f"-x -a '{listed(option.words)}'" if option.words else FISH.get(option.kind, "-x"))
        yield f"{start} {names}{value} -d {fish_quoted(option.description)}"


def fish(program):
    out = [f"# {head(program, 'fish')}"]
    below = program.all()[1:]
    asks = ""
    if below:
        asks = f"__{program.name}_is"
        out += ["# Whether the command line is at this command, such as: turnaway park records", f"function {asks}",
                f"    set -l command {program.name}", "    for word in (commandline -opc)", '        switch "$command $word"',
                "            case " + " ".join(f"'{command.path}'" for command in below),
                '                set command "$command $word"', "        end", "    end", '    test "$command" = "$argv"', "end"]
    out.append(f"complete -c {program.name} -f")
    for command in program.all():
        out += fish_lines(program, command, asks)
    return "\n".join(out) + "\n"


def main():
    printed = subprocess.run([sys.argv[1]], capture_output=True, check=True).stdout
    files = {}
    for program in programs_of(json.loads(printed)):
        files[FOLDER / f"{program.name}.bash"] = bash(program)
        files[FOLDER / f"_{program.name}"] = zsh(program)
        files[FOLDER / f"{program.name}.fish"] = fish(program)
    return written_files.write_or_check(files, sys.argv)


if __name__ == "__main__":
    sys.exit(main())
