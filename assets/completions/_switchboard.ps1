
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'switchboard' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'switchboard'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'switchboard' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write what the backend sends to this new file, for `switchboard replay`; never a token')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave out of the recording what people wrote and are called, or disguise their phones')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--record-keys', '--record-keys', [CompletionResultType]::ParameterName, 'Write the keys that are pressed as well')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('inbox', 'inbox', [CompletionResultType]::ParameterValue, 'Open the inbox')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print what happens as it happens: a line an event')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the conversations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the messages of a conversation')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Play a recording: on the screen, or its verdicts as lines')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send a text to a conversation')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Find out why a message did or did not appear, and what to mend')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Print what became of a message, stage by stage')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in to a backend: asks for e-mail and password, keeps the token, writes the profile')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the embedded backend: webhook, REST and Socket.IO over one database')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'Print every key and what it does')
            [CompletionResult]::new('dialect', 'dialect', [CompletionResultType]::ParameterValue, 'List, print, check or find dialects: how backends spell what an inbox needs')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print or check the configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page, or write all of them into a directory')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'switchboard;inbox' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write what the backend sends to this new file, for `switchboard replay`; never a token')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave out of the recording what people wrote and are called, or disguise their phones')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--record-keys', '--record-keys', [CompletionResultType]::ParameterName, 'Write the keys that are pressed as well')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'switchboard;tail' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write what the backend sends to this new file, for `switchboard replay`; never a token')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave out of the recording what people wrote and are called, or disguise their phones')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'End after so many lines')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object a line, for every event, with the verdict and the rule')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'switchboard;list' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many conversations')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--unread', '--unread', [CompletionResultType]::ParameterName, 'Only those with unread messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'What the inbox has kept, without asking the backend; how old that is stands on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object a line; with --offline each says `cached` and `as_of`')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;show' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many messages, the newest ones')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'What the inbox has kept, without asking the backend; how old that is stands on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object a line; with --offline each says `cached` and `as_of`')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;replay' {
            [CompletionResult]::new('--speed', '--speed', [CompletionResultType]::ParameterName, 'So many times as fast as it was')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'Read the frames by this dialect instead of the one that was in force')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--step', '--step', [CompletionResultType]::ParameterName, 'One thing at each press of F9')
            [CompletionResult]::new('--headless', '--headless', [CompletionResultType]::ParameterName, 'Print the verdict of every event as a line of JSON, without a screen')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;send' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'The text')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'The text')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Send this file; the text is its caption then')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Send this file; the text is its caption then')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Take the text from standard input; a newline at its end is left out')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print a JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;doctor' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait so many seconds for a message')
            [CompletionResult]::new('--origin', '--origin', [CompletionResultType]::ParameterName, 'Check too whether a web page of this origin may read the answers')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--send-test', '--send-test', [CompletionResultType]::ParameterName, 'Put test messages in by the webhook, as a customer who is nobody''s')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;trace' {
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Use an embedded server with simulated customers, in memory')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;login' {
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'The e-mail to sign in with; asked for without it')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;serve' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on; addresses that others can reach need both secrets')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'Database file [default: server.db in the data directory]')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The simulated customers'' seed: the same one gives the same traffic')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'How fast the simulated customers'' time passes; 0 is silence')
            [CompletionResult]::new('--send-limit', '--send-limit', [CompletionResultType]::ParameterName, 'Messages an account may send in a minute; 0 is no limit')
            [CompletionResult]::new('--token-hours', '--token-hours', [CompletionResultType]::ParameterName, 'Hours that a token is good for')
            [CompletionResult]::new('--cors', '--cors', [CompletionResultType]::ParameterName, 'Web origin that may call from a browser; may be repeated, * is any')
            [CompletionResult]::new('--public-url', '--public-url', [CompletionResultType]::ParameterName, 'Address that clients reach this server under, if it is another than --listen')
            [CompletionResult]::new('--graph-url', '--graph-url', [CompletionResultType]::ParameterName, 'WhatsApp Cloud API to send through')
            [CompletionResult]::new('--graph-version', '--graph-version', [CompletionResultType]::ParameterName, 'WhatsApp Cloud API version')
            [CompletionResult]::new('--admin-email', '--admin-email', [CompletionResultType]::ParameterName, 'E-mail of the first agent, made when the database has no account')
            [CompletionResult]::new('--account-name', '--account-name', [CompletionResultType]::ParameterName, 'Name of the first account')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Business line to add: its phone number id, its number and what it is called, with commas between')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Make something go wrong on purpose; may be repeated. `--fault list` names everything that can')
            [CompletionResult]::new('--waba', '--waba', [CompletionResultType]::ParameterName, 'WhatsApp business account that added lines belong to')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('--memory', '--memory', [CompletionResultType]::ParameterName, 'Keep everything in memory; it is gone when the server stops')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Simulated customers on a database in memory')
            [CompletionResult]::new('--simulator', '--simulator', [CompletionResultType]::ParameterName, 'Simulated customers on the chosen database')
            [CompletionResult]::new('--lab', '--lab', [CompletionResultType]::ParameterName, 'Let faults be switched on and off while the server runs, over /api/faults')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;keys' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print them')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'switchboard;dialect' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the dialects that there are, with what each can do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a dialect''s file')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check a dialect file: what is wrong with it, and where')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print what a dialect file may say')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'switchboard;dialect;list' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;dialect;show' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;dialect;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;dialect;probe' {
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Sign in with this e-mail instead of a stored token; asks for the password')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account, where lists want it named')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'The line, where lists want it named')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'A value that a dialect asks for, such as companyId=1; repeatable')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'How many seconds to listen on the socket; 0 not at all')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;dialect;schema' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'switchboard;dialect;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the dialects that there are, with what each can do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a dialect''s file')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check a dialect file: what is wrong with it, and where')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print what a dialect file may say')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'switchboard;dialect;help;list' {
            break
        }
        'switchboard;dialect;help;show' {
            break
        }
        'switchboard;dialect;help;check' {
            break
        }
        'switchboard;dialect;help;probe' {
            break
        }
        'switchboard;dialect;help;schema' {
            break
        }
        'switchboard;dialect;help;help' {
            break
        }
        'switchboard;config' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the name of the configuration file')
            [CompletionResult]::new('example', 'example', [CompletionResultType]::ParameterValue, 'Print every key with its default and a comment')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the configuration file, its keys and the theme')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'switchboard;config;path' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;config;example' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;config;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;config;help' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the name of the configuration file')
            [CompletionResult]::new('example', 'example', [CompletionResultType]::ParameterValue, 'Print every key with its default and a comment')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the configuration file, its keys and the theme')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'switchboard;config;help;path' {
            break
        }
        'switchboard;config;help;example' {
            break
        }
        'switchboard;config;help;check' {
            break
        }
        'switchboard;config;help;help' {
            break
        }
        'switchboard;completions' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;man' {
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Write every page into this directory (each command, the configuration, the keys), instead of printing the main one')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file instead of the usual one')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to use')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The backend''s address, instead of a profile''s')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A private file that holds the token')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Write a log to this file; each day gets its own, with the date appended')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'switchboard;help' {
            [CompletionResult]::new('inbox', 'inbox', [CompletionResultType]::ParameterValue, 'Open the inbox')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print what happens as it happens: a line an event')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the conversations')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the messages of a conversation')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Play a recording: on the screen, or its verdicts as lines')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send a text to a conversation')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Find out why a message did or did not appear, and what to mend')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Print what became of a message, stage by stage')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in to a backend: asks for e-mail and password, keeps the token, writes the profile')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the embedded backend: webhook, REST and Socket.IO over one database')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'Print every key and what it does')
            [CompletionResult]::new('dialect', 'dialect', [CompletionResultType]::ParameterValue, 'List, print, check or find dialects: how backends spell what an inbox needs')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print or check the configuration')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page, or write all of them into a directory')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'switchboard;help;inbox' {
            break
        }
        'switchboard;help;tail' {
            break
        }
        'switchboard;help;list' {
            break
        }
        'switchboard;help;show' {
            break
        }
        'switchboard;help;replay' {
            break
        }
        'switchboard;help;send' {
            break
        }
        'switchboard;help;doctor' {
            break
        }
        'switchboard;help;trace' {
            break
        }
        'switchboard;help;login' {
            break
        }
        'switchboard;help;serve' {
            break
        }
        'switchboard;help;keys' {
            break
        }
        'switchboard;help;dialect' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Print the dialects that there are, with what each can do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a dialect''s file')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check a dialect file: what is wrong with it, and where')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Sign in to a backend, fetch a list and a thread, listen, and say which dialect fits best')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print what a dialect file may say')
            break
        }
        'switchboard;help;dialect;list' {
            break
        }
        'switchboard;help;dialect;show' {
            break
        }
        'switchboard;help;dialect;check' {
            break
        }
        'switchboard;help;dialect;probe' {
            break
        }
        'switchboard;help;dialect;schema' {
            break
        }
        'switchboard;help;config' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the name of the configuration file')
            [CompletionResult]::new('example', 'example', [CompletionResultType]::ParameterValue, 'Print every key with its default and a comment')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the configuration file, its keys and the theme')
            break
        }
        'switchboard;help;config;path' {
            break
        }
        'switchboard;help;config;example' {
            break
        }
        'switchboard;help;config;check' {
            break
        }
        'switchboard;help;completions' {
            break
        }
        'switchboard;help;man' {
            break
        }
        'switchboard;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
