//! The table of settings. Readers, `runbook config`, warnings and the documents are made from it.

use super::setting::Effect::{Fixed, Ignored, Moot, Works};
use super::setting::Kind::{Bool, Choice, Float, Int, Inventories, List, Path, Paths, Text};
use super::setting::Setting;

/// Declares the table: rows with a [`Key`] to ask for their values, and rows that nothing asks for.
macro_rules! settings {
    (
        asked { $($key:ident $name:literal $kind:expr, $default:literal, $places:literal, $vars:literal, $effect:expr, $doc:literal;)* }
        accepted { $($other:literal $okind:expr, $odefault:literal, $oplaces:literal, $ovars:literal, $oeffect:expr;)* }
    ) => {
        /// The settings whose values the program asks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Key {
            $(#[doc = $doc] $key,)*
        }

        /// Every setting there is; those with a [`Key`] first, in its order.
        pub static SETTINGS: &[Setting] = &[
            $(Setting::new($name, ($kind, $default), $places, $vars, $effect, $doc),)*
            $(Setting::new($other, ($okind, $odefault), $oplaces, $ovars, $oeffect, ""),)*
        ];
    };
}

const PLUGINS: &str = "plugins written in Python are not run";
const NO_PYTHON: &str = "modules need no Python on the host";
const GALAXY: &str = "content is not downloaded";
const PASSWORDS: &str =
    "login is with keys, agents, certificates or Kerberos, never with passwords";
const FACT_CACHE: &str = "facts are kept for one run and never in a cache";
const NO_COPIES: &str = "no file transfer program is used: bytes go through the shell's channel";
const DEBUGGER: &str = "there is no task debugger";
const NETWORK: &str = "there are no network device connections";
const AD_HOC: &str = "there is no ad-hoc command";
const OUTPUT: &str = "the output has one form";

settings! {
asked {
    Inventory "inventory" Inventories, "", "defaults.inventory", "ANSIBLE_INVENTORY", Works, "the inventories, when `-i` names none";
    RemoteUser "remote_user" Text, "", "defaults.remote_user", "ANSIBLE_REMOTE_USER", Works, "the user to log in as";
    RemotePort "remote_port" Int, "", "defaults.remote_port", "ANSIBLE_REMOTE_PORT", Works, "the port to connect to";
    PrivateKeyFile "private_key_file" Path, "", "defaults.private_key_file", "ANSIBLE_PRIVATE_KEY_FILE", Works, "the key to log in with";
    Transport "transport" Text, "ssh", "defaults.transport", "ANSIBLE_TRANSPORT", Works, "how hosts are reached: `ssh` or `local`";
    Executable "executable" Text, "/bin/sh", "defaults.executable", "ANSIBLE_EXECUTABLE", Works, "the shell on the hosts";
    Timeout "timeout" Int, "10", "defaults.timeout ssh_connection.timeout", "ANSIBLE_TIMEOUT ANSIBLE_SSH_TIMEOUT", Works, "how many seconds connecting may take";
    HostKeyChecking "host_key_checking" Bool, "true", "defaults.host_key_checking ssh_connection.host_key_checking", "ANSIBLE_HOST_KEY_CHECKING ANSIBLE_SSH_HOST_KEY_CHECKING", Works, "whether unknown host keys are refused";
    Forks "forks" Int, "20", "defaults.forks", "ANSIBLE_FORKS", Works, "how many hosts are worked on at the same time";
    RolesPath "roles_path" Paths, "~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles", "defaults.roles_path", "ANSIBLE_ROLES_PATH", Works, "where roles are looked for after `roles/` beside the playbook";
    VaultPasswordFile "vault_password_file" Path, "", "defaults.vault_password_file", "ANSIBLE_VAULT_PASSWORD_FILE", Works, "the file or script with the vault's password";
    VaultIdentity "vault_identity" Text, "default", "defaults.vault_identity", "ANSIBLE_VAULT_IDENTITY", Works, "the label of a vault password that has none";
    VaultIdentityList "vault_identity_list" List, "", "defaults.vault_identity_list", "ANSIBLE_VAULT_IDENTITY_LIST", Works, "vault passwords, as in `--vault-id`";
    VaultEncryptIdentity "vault_encrypt_identity" Text, "", "defaults.vault_encrypt_identity", "ANSIBLE_VAULT_ENCRYPT_IDENTITY", Works, "the label of the vault password to encrypt with";
    VaultIdMatch "vault_id_match" Bool, "false", "defaults.vault_id_match", "ANSIBLE_VAULT_ID_MATCH", Works, "whether only passwords of the same label are tried";
    AskVaultPass "ask_vault_pass" Bool, "false", "defaults.ask_vault_pass", "ANSIBLE_ASK_VAULT_PASS", Works, "whether to ask for the vault's password";
    Editor "editor" Text, "vi", "defaults.editor", "ANSIBLE_EDITOR EDITOR", Works, "the editor of `runbook vault edit`";
    Gathering "gathering" Choice(&["implicit", "explicit", "smart"]), "implicit", "defaults.gathering", "ANSIBLE_GATHERING", Works, "when facts are gathered without `gather_facts` on the play";
    GatherSubset "gather_subset" List, "", "defaults.gather_subset", "ANSIBLE_GATHER_SUBSET", Works, "which facts are gathered without `gather_subset` on the play";
    Strategy "strategy" Text, "linear", "defaults.strategy", "ANSIBLE_STRATEGY", Works, "how hosts go through the tasks, without `strategy` on the play";
    ForceHandlers "force_handlers" Bool, "false", "defaults.force_handlers", "ANSIBLE_FORCE_HANDLERS", Works, "whether notified handlers run after a failure, too";
    AnyErrorsFatal "any_errors_fatal" Bool, "false", "defaults.any_errors_fatal", "ANSIBLE_ANY_ERRORS_FATAL", Works, "whether one host's failure is every host's";
    NoLog "no_log" Bool, "false", "defaults.no_log", "ANSIBLE_NO_LOG", Works, "whether arguments and results are kept secret";
    TaskTimeout "task_timeout" Int, "0", "defaults.task_timeout", "ANSIBLE_TASK_TIMEOUT", Works, "after how many seconds a task has failed; 0 for never";
    PollInterval "poll_interval" Int, "15", "defaults.poll_interval", "ANSIBLE_POLL_INTERVAL", Works, "how many seconds lie between two looks at an `async` task";
    AsyncDir "async_dir" Text, "~/.ansible_async", "defaults.async_dir", "ANSIBLE_ASYNC_DIR", Works, "where the background jobs of a host keep their files";
    Verbosity "verbosity" Int, "0", "defaults.verbosity", "ANSIBLE_VERBOSITY", Works, "how many `-v` there are without any";
    Nocolor "nocolor" Bool, "false", "defaults.nocolor", "ANSIBLE_NOCOLOR", Works, "whether colour is never used; `NO_COLOR` counts as usual";
    ForceColor "force_color" Bool, "false", "defaults.force_color", "ANSIBLE_FORCE_COLOR", Works, "whether colour is always used";
    DisplaySkippedHosts "display_skipped_hosts" Bool, "true", "defaults.display_skipped_hosts", "ANSIBLE_DISPLAY_SKIPPED_HOSTS", Works, "whether skipped tasks are shown";
    DisplayOkHosts "display_ok_hosts" Bool, "true", "defaults.display_ok_hosts", "ANSIBLE_DISPLAY_OK_HOSTS", Works, "whether tasks that changed nothing are shown";
    ShowCustomStats "show_custom_stats" Bool, "false", "defaults.show_custom_stats", "ANSIBLE_SHOW_CUSTOM_STATS", Works, "whether what `set_stats` kept is shown after the recap";
    PlaybookDir "playbook_dir" Path, "", "defaults.playbook_dir", "ANSIBLE_PLAYBOOK_DIR", Works, "whose `group_vars` and `host_vars` `runbook inventory` reads, too";
    Become "become" Bool, "false", "privilege_escalation.become", "ANSIBLE_BECOME", Works, "whether to become another user";
    BecomeMethod "become_method" Text, "sudo", "privilege_escalation.become_method", "ANSIBLE_BECOME_METHOD", Works, "how to become it: `sudo`";
    BecomeUser "become_user" Text, "root", "privilege_escalation.become_user sudo_become_plugin.user", "ANSIBLE_BECOME_USER ANSIBLE_SUDO_USER", Works, "the user to become";
    BecomeFlags "become_flags" Text, "", "privilege_escalation.become_flags sudo_become_plugin.flags", "ANSIBLE_BECOME_FLAGS ANSIBLE_SUDO_FLAGS", Works, "further flags for the way to become it";
    BecomeExe "become_exe" Text, "", "privilege_escalation.become_exe sudo_become_plugin.executable", "ANSIBLE_BECOME_EXE ANSIBLE_SUDO_EXE", Works, "the program with which to become it";
    BecomeAskPass "become_ask_pass" Bool, "false", "privilege_escalation.become_ask_pass", "ANSIBLE_BECOME_ASK_PASS", Works, "whether to ask for sudo's password";
    BecomePasswordFile "become_password_file" Path, "", "defaults.become_password_file", "ANSIBLE_BECOME_PASSWORD_FILE", Works, "the file with sudo's password";
    SshArgs "ssh_args" Text, "", "ssh_connection.ssh_args", "ANSIBLE_SSH_ARGS", Works, "arguments for ssh, before all others";
    SshCommonArgs "ssh_common_args" Text, "", "ssh_connection.ssh_common_args", "ANSIBLE_SSH_COMMON_ARGS", Works, "further arguments for ssh";
    SshExtraArgs "ssh_extra_args" Text, "", "ssh_connection.ssh_extra_args", "ANSIBLE_SSH_EXTRA_ARGS", Works, "still further arguments for ssh";
    TagsRun "tags_run" List, "", "tags.run", "ANSIBLE_RUN_TAGS", Works, "the tags to run, when `--tags` names none";
    TagsSkip "tags_skip" List, "", "tags.skip", "ANSIBLE_SKIP_TAGS", Works, "the tags to skip, when `--skip-tags` names none";
    DiffAlways "diff_always" Bool, "false", "diff.always", "ANSIBLE_DIFF_ALWAYS", Works, "whether to show what changes without `--diff`";
    DiffContext "diff_context" Int, "3", "diff.context", "ANSIBLE_DIFF_CONTEXT", Works, "how many unchanged lines are shown around a change";
    InventoryIgnoreExtensions "inventory_ignore_extensions" List, ".pyc,.pyo,.swp,.bak,~,.rpm,.md,.txt,.rst,.orig,.cfg,.retry", "defaults.inventory_ignore_extensions inventory.ignore_extensions", "ANSIBLE_INVENTORY_IGNORE", Works, "endings of files in an inventory folder that are not read";
    InventoryIgnorePatterns "inventory_ignore_patterns" List, "", "defaults.inventory_ignore_patterns inventory.ignore_patterns", "ANSIBLE_INVENTORY_IGNORE_REGEX", Works, "regular expressions of files in an inventory folder that are not read";
    InventoryExport "inventory_export" Bool, "false", "inventory.export", "ANSIBLE_INVENTORY_EXPORT", Works, "whether `runbook inventory --list` keeps groups' variables with the groups";
    InventoryUnparsedIsFailed "inventory_unparsed_is_failed" Bool, "false", "inventory.unparsed_is_failed", "ANSIBLE_INVENTORY_UNPARSED_FAILED", Works, "whether an inventory without hosts ends the run";
    InventoryUnparsedWarning "inventory_unparsed_warning" Bool, "true", "inventory.inventory_unparsed_warning", "ANSIBLE_INVENTORY_UNPARSED_WARNING", Works, "whether to warn of an inventory without hosts";
    LocalhostWarning "localhost_warning" Bool, "true", "defaults.localhost_warning", "ANSIBLE_LOCALHOST_WARNING", Works, "whether to warn that there is only the implicit `localhost`";
    HostPatternMismatch "host_pattern_mismatch" Choice(&["warning", "error", "ignore"]), "warning", "inventory.host_pattern_mismatch", "ANSIBLE_HOST_PATTERN_MISMATCH", Works, "what an unknown name in a play's `hosts` is";
    LintSkip "lint_skip" List, "", "lint.skip", "", Works, "rules whose findings `runbook lint` leaves out";
    LintWarn "lint_warn" List, "", "lint.warn", "", Works, "rules whose findings are warnings for `runbook lint`";
    ForceValidGroupNames "force_valid_group_names" Choice(&["never", "always", "ignore", "silently"]), "never", "defaults.force_valid_group_names", "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS", Works, "whether other characters in group names become `_`";
}
accepted {
    "error_on_undefined_vars" Bool, "true", "defaults.error_on_undefined_vars", "ANSIBLE_ERROR_ON_UNDEFINED_VARS", Fixed("an undefined variable is always an error; write `| default(…)`");
    "hash_behaviour" Choice(&["replace", "merge"]), "replace", "defaults.hash_behaviour", "ANSIBLE_HASH_BEHAVIOUR", Fixed("a variable that is defined again replaces the other one; merge with the filter `combine`");
    "jinja2_native" Bool, "true", "defaults.jinja2_native", "ANSIBLE_JINJA2_NATIVE", Fixed("values keep their types");
    "inject_facts_as_vars" Bool, "true", "defaults.inject_facts_as_vars", "ANSIBLE_INJECT_FACT_VARS", Fixed("facts are always variables, too");
    "error_on_missing_handler" Bool, "true", "defaults.error_on_missing_handler", "ANSIBLE_ERROR_ON_MISSING_HANDLER", Fixed("a handler that is not there is found before anything runs");
    "invalid_task_attribute_failed" Bool, "true", "defaults.invalid_task_attribute_failed", "ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED", Fixed("an unknown keyword is always an error");
    "allow_broken_conditionals" Bool, "false", "defaults.allow_broken_conditionals", "ANSIBLE_ALLOW_BROKEN_CONDITIONALS", Fixed("a condition must come to true or false");
    "ask_pass" Bool, "false", "defaults.ask_pass", "ANSIBLE_ASK_PASS", Fixed(PASSWORDS);
    "connection_password_file" Path, "", "defaults.connection_password_file", "ANSIBLE_CONNECTION_PASSWORD_FILE", Fixed(PASSWORDS);
    "duplicate_dict_key" Choice(&["warn", "error", "ignore"]), "error", "defaults.duplicate_dict_key", "ANSIBLE_DUPLICATE_YAML_DICT_KEY", Ignored("a key that stands twice in a mapping is always an error");
    "precedence" List, "all_inventory,groups_inventory,all_plugins_inventory,all_plugins_play,groups_plugins_inventory,groups_plugins_play", "defaults.precedence", "ANSIBLE_PRECEDENCE", Fixed("the order of the inventory's variables is Ansible's default one");
    "playbook_vars_root" Choice(&["top", "bottom", "all"]), "top", "defaults.playbook_vars_root", "ANSIBLE_PLAYBOOK_VARS_ROOT", Fixed("variables are read beside the playbook that was started");
    "allow_embedded_templates" Bool, "true", "defaults.allow_embedded_templates", "ANSIBLE_ALLOW_EMBEDDED_TEMPLATES", Ignored("templates within templates are rendered as in Ansible's default");
    "null_representation" Text, "", "defaults.null_representation", "ANSIBLE_NULL_REPRESENTATION", Ignored("nothing stays `null`");
    "jinja2_extensions" List, "", "defaults.jinja2_extensions", "ANSIBLE_JINJA2_EXTENSIONS", Ignored(PLUGINS);
    "dont_type_filters" List, "", "jinja2.dont_type_filters", "ANSIBLE_STRING_TYPE_FILTERS", Moot("values keep their types");
    "ansible_managed" Text, "", "defaults.ansible_managed", "", Ignored("set the variable `ansible_managed`, for example in `group_vars/all`");
    "private_role_vars" Bool, "false", "defaults.private_role_vars", "ANSIBLE_PRIVATE_ROLE_VARS", Ignored("write `public` at the role");
    "log_path" Path, "", "defaults.log_path", "ANSIBLE_LOG_PATH", Ignored("redirect the output, or use `tee`");
    "log_filter" List, "", "defaults.log_filter", "ANSIBLE_LOG_FILTER", Moot("there is no log file");
    "log_verbosity" Int, "", "defaults.log_verbosity", "ANSIBLE_LOG_VERBOSITY", Moot("there is no log file");
    "callbacks_enabled" List, "", "defaults.callbacks_enabled defaults.callback_whitelist", "ANSIBLE_CALLBACKS_ENABLED ANSIBLE_CALLBACK_WHITELIST", Ignored(PLUGINS);
    "stdout_callback" Text, "default", "defaults.stdout_callback", "ANSIBLE_STDOUT_CALLBACK", Moot(OUTPUT);
    "callback_result_format" Text, "json", "defaults.callback_result_format", "ANSIBLE_CALLBACK_RESULT_FORMAT", Moot(OUTPUT);
    "callback_format_pretty" Text, "", "defaults.callback_format_pretty", "ANSIBLE_CALLBACK_FORMAT_PRETTY", Moot(OUTPUT);
    "bin_ansible_callbacks" Bool, "false", "defaults.bin_ansible_callbacks", "ANSIBLE_LOAD_CALLBACK_PLUGINS", Moot(AD_HOC);
    "check_mode_markers" Bool, "false", "defaults.check_mode_markers", "ANSIBLE_CHECK_MODE_MARKERS", Moot(OUTPUT);
    "display_args_to_stdout" Bool, "false", "defaults.display_args_to_stdout", "ANSIBLE_DISPLAY_ARGS_TO_STDOUT", Moot("`-vv` shows arguments");
    "display_failed_stderr" Bool, "false", "defaults.display_failed_stderr", "ANSIBLE_DISPLAY_FAILED_STDERR", Moot(OUTPUT);
    "display_traceback" List, "never", "defaults.display_traceback", "ANSIBLE_DISPLAY_TRACEBACK", Moot("there are no tracebacks");
    "show_per_host_start" Bool, "false", "defaults.show_per_host_start", "ANSIBLE_SHOW_PER_HOST_START", Moot(OUTPUT);
    "show_task_path_on_failure" Bool, "false", "defaults.show_task_path_on_failure", "ANSIBLE_SHOW_TASK_PATH_ON_FAILURE", Moot("a failure always shows its place");
    "verbose_to_stderr" Bool, "false", "defaults.verbose_to_stderr", "ANSIBLE_VERBOSE_TO_STDERR", Moot(OUTPUT);
    "nocows" Bool, "false", "defaults.nocows", "ANSIBLE_NOCOWS", Moot(OUTPUT);
    "cow_selection" Text, "default", "defaults.cow_selection", "ANSIBLE_COW_SELECTION", Moot(OUTPUT);
    "cowpath" Text, "", "defaults.cowpath", "ANSIBLE_COW_PATH", Moot(OUTPUT);
    "cowsay_enabled_stencils" List, "", "defaults.cowsay_enabled_stencils", "ANSIBLE_COW_ACCEPTLIST", Moot(OUTPUT);
    "max_diff_size" Int, "104448", "defaults.max_diff_size", "ANSIBLE_MAX_DIFF_SIZE", Moot("modules bound what they compare themselves");
    "pager" Text, "less", "defaults.pager", "ANSIBLE_PAGER PAGER", Moot("no pager is started");
    "action_warnings" Bool, "true", "defaults.action_warnings", "ANSIBLE_ACTION_WARNINGS", Moot("warnings are always shown");
    "system_warnings" Bool, "true", "defaults.system_warnings", "ANSIBLE_SYSTEM_WARNINGS", Moot("there are none of these");
    "deprecation_warnings" Bool, "true", "defaults.deprecation_warnings", "ANSIBLE_DEPRECATION_WARNINGS", Moot("`runbook lint` tells of deprecated spellings");
    "devel_warning" Bool, "true", "defaults.devel_warning", "ANSIBLE_DEVEL_WARNING", Moot("there are none of these");
    "command_warnings" Bool, "false", "defaults.command_warnings", "ANSIBLE_COMMAND_WARNINGS", Moot("Ansible itself no longer has it");
    "retry_files_enabled" Bool, "false", "defaults.retry_files_enabled", "ANSIBLE_RETRY_FILES_ENABLED", Ignored("no retry files are written; name the hosts with `--limit`");
    "retry_files_save_path" Path, "", "defaults.retry_files_save_path", "ANSIBLE_RETRY_FILES_SAVE_PATH", Moot("no retry files are written");
    "fact_caching" Text, "memory", "defaults.fact_caching", "ANSIBLE_CACHE_PLUGIN", Ignored(FACT_CACHE);
    "fact_caching_connection" Text, "", "defaults.fact_caching_connection", "ANSIBLE_CACHE_PLUGIN_CONNECTION", Moot(FACT_CACHE);
    "fact_caching_prefix" Text, "ansible_facts", "defaults.fact_caching_prefix", "ANSIBLE_CACHE_PLUGIN_PREFIX", Moot(FACT_CACHE);
    "fact_caching_timeout" Int, "86400", "defaults.fact_caching_timeout", "ANSIBLE_CACHE_PLUGIN_TIMEOUT", Moot(FACT_CACHE);
    "facts_modules" List, "smart", "defaults.facts_modules", "ANSIBLE_FACTS_MODULES", Ignored("facts are gathered by `setup`");
    "interpreter_python" Text, "auto", "defaults.interpreter_python", "ANSIBLE_PYTHON_INTERPRETER", Moot(NO_PYTHON);
    "python_module_rlimit_nofile" Int, "0", "defaults.python_module_rlimit_nofile", "ANSIBLE_PYTHON_MODULE_RLIMIT_NOFILE", Moot(NO_PYTHON);
    "module_compression" Text, "ZIP_DEFLATED", "defaults.module_compression", "", Moot(NO_PYTHON);
    "module_strict_utf8_response" Bool, "true", "defaults.module_strict_utf8_response", "ANSIBLE_MODULE_STRICT_UTF8_RESPONSE", Moot(NO_PYTHON);
    "module_ignore_exts" List, "", "defaults.module_ignore_exts", "ANSIBLE_MODULE_IGNORE_EXTS", Moot(PLUGINS);
    "module_lang" Text, "", "defaults.module_lang", "ANSIBLE_MODULE_LANG", Moot("Ansible itself no longer has it");
    "module_set_locale" Bool, "false", "defaults.module_set_locale", "ANSIBLE_MODULE_SET_LOCALE", Moot("Ansible itself no longer has it");
    "module_name" Text, "command", "defaults.module_name", "", Moot(AD_HOC);
    "module_args" Text, "", "defaults.module_args", "ANSIBLE_MODULE_ARGS", Moot(AD_HOC);
    "keep_remote_files" Bool, "false", "defaults.keep_remote_files", "ANSIBLE_KEEP_REMOTE_FILES", Moot("nothing is copied to the hosts");
    "local_tmp" Path, "~/.ansible/tmp", "defaults.local_tmp", "ANSIBLE_LOCAL_TEMP", Moot("`TMPDIR` says where temporary files are made");
    "remote_tmp" Text, "~/.ansible/tmp", "defaults.remote_tmp", "ANSIBLE_REMOTE_TEMP ANSIBLE_REMOTE_TMP", Moot("nothing is copied to the hosts");
    "system_tmpdirs" List, "/var/tmp,/tmp", "defaults.system_tmpdirs", "ANSIBLE_SYSTEM_TMPDIRS", Moot("nothing is copied to the hosts");
    "admin_users" List, "root,toor", "defaults.admin_users", "ANSIBLE_ADMIN_USERS", Moot("nothing is copied to the hosts");
    "common_remote_group" Text, "", "defaults.common_remote_group", "ANSIBLE_COMMON_REMOTE_GROUP", Moot("nothing is copied to the hosts");
    "allow_world_readable_tmpfiles" Bool, "false", "defaults.allow_world_readable_tmpfiles", "ANSIBLE_SHELL_ALLOW_WORLD_READABLE_TEMP", Moot("nothing is copied to the hosts");
    "internal_poll_interval" Float, "0.001", "defaults.internal_poll_interval", "", Moot("nothing is polled");
    "home" Path, "~/.ansible", "defaults.home", "ANSIBLE_HOME", Ignored("name the folders themselves");
    "debug" Bool, "false", "defaults.debug", "ANSIBLE_DEBUG", Moot("use `-vvv`, or `RUNBOOK_LOG`");
    "no_target_syslog" Bool, "false", "defaults.no_target_syslog", "ANSIBLE_NO_TARGET_SYSLOG", Moot("modules write nothing into the host's syslog");
    "syslog_facility" Text, "LOG_USER", "defaults.syslog_facility", "ANSIBLE_SYSLOG_FACILITY", Moot("modules write nothing into the host's syslog");
    "target_log_info" Text, "", "defaults.target_log_info", "ANSIBLE_TARGET_LOG_INFO", Moot("modules write nothing into the host's syslog");
    "allow_unsafe_lookups" Bool, "false", "defaults.allow_unsafe_lookups", "", Fixed("what a lookup gives is never rendered again");
    "enable_task_debugger" Bool, "false", "defaults.enable_task_debugger", "ANSIBLE_ENABLE_TASK_DEBUGGER", Ignored(DEBUGGER);
    "task_debugger_ignore_errors" Bool, "true", "defaults.task_debugger_ignore_errors", "ANSIBLE_TASK_DEBUGGER_IGNORE_ERRORS", Moot(DEBUGGER);
    "library" Paths, "", "defaults.library", "ANSIBLE_LIBRARY", Ignored("modules are built in");
    "module_utils" Paths, "", "defaults.module_utils", "ANSIBLE_MODULE_UTILS", Moot(PLUGINS);
    "action_plugins" Paths, "", "defaults.action_plugins", "ANSIBLE_ACTION_PLUGINS", Ignored(PLUGINS);
    "become_plugins" Paths, "", "defaults.become_plugins", "ANSIBLE_BECOME_PLUGINS", Ignored(PLUGINS);
    "cache_plugins" Paths, "", "defaults.cache_plugins", "ANSIBLE_CACHE_PLUGINS", Ignored(PLUGINS);
    "callback_plugins" Paths, "", "defaults.callback_plugins", "ANSIBLE_CALLBACK_PLUGINS", Ignored(PLUGINS);
    "cliconf_plugins" Paths, "", "defaults.cliconf_plugins", "ANSIBLE_CLICONF_PLUGINS", Ignored(PLUGINS);
    "connection_plugins" Paths, "", "defaults.connection_plugins", "ANSIBLE_CONNECTION_PLUGINS", Ignored(PLUGINS);
    "doc_fragment_plugins" Paths, "", "defaults.doc_fragment_plugins", "ANSIBLE_DOC_FRAGMENT_PLUGINS", Moot(PLUGINS);
    "filter_plugins" Paths, "", "defaults.filter_plugins", "ANSIBLE_FILTER_PLUGINS", Ignored(PLUGINS);
    "httpapi_plugins" Paths, "", "defaults.httpapi_plugins", "ANSIBLE_HTTPAPI_PLUGINS", Ignored(PLUGINS);
    "inventory_plugins" Paths, "", "defaults.inventory_plugins", "ANSIBLE_INVENTORY_PLUGINS", Ignored(PLUGINS);
    "lookup_plugins" Paths, "", "defaults.lookup_plugins", "ANSIBLE_LOOKUP_PLUGINS", Ignored(PLUGINS);
    "netconf_plugins" Paths, "", "defaults.netconf_plugins", "ANSIBLE_NETCONF_PLUGINS", Ignored(PLUGINS);
    "strategy_plugins" Paths, "", "defaults.strategy_plugins", "ANSIBLE_STRATEGY_PLUGINS", Ignored(PLUGINS);
    "terminal_plugins" Paths, "", "defaults.terminal_plugins", "ANSIBLE_TERMINAL_PLUGINS", Ignored(PLUGINS);
    "test_plugins" Paths, "", "defaults.test_plugins", "ANSIBLE_TEST_PLUGINS", Ignored(PLUGINS);
    "vars_plugins" Paths, "", "defaults.vars_plugins", "ANSIBLE_VARS_PLUGINS", Ignored(PLUGINS);
    "vars_plugins_enabled" List, "host_group_vars", "defaults.vars_plugins_enabled", "ANSIBLE_VARS_ENABLED", Fixed("variables come from `group_vars` and `host_vars`");
    "run_vars_plugins" Choice(&["demand", "start"]), "demand", "defaults.run_vars_plugins", "ANSIBLE_RUN_VARS_PLUGINS", Moot("the files are read once");
    "plugin_filters_cfg" Path, "", "defaults.plugin_filters_cfg", "", Moot(PLUGINS);
    "old_plugin_cache_clear" Bool, "false", "defaults.old_plugin_cache_clear", "ANSIBLE_OLD_PLUGIN_CACHE_CLEAR", Moot(PLUGINS);
    "validate_action_group_metadata" Bool, "true", "defaults.validate_action_group_metadata", "ANSIBLE_VALIDATE_ACTION_GROUP_METADATA", Moot(PLUGINS);
    "yaml_valid_extensions" List, ".yml,.yaml,.json", "defaults.yaml_valid_extensions", "ANSIBLE_YAML_FILENAME_EXT", Fixed("files of variables end in `.yml`, `.yaml`, `.json` or nothing");
    "collections_path" Paths, "", "defaults.collections_path defaults.collections_paths", "ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_PATHS", Moot("names of collections mean the built-in modules");
    "collections_scan_sys_path" Bool, "true", "defaults.collections_scan_sys_path", "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH", Moot("names of collections mean the built-in modules");
    "collections_on_ansible_version_mismatch" Text, "warning", "defaults.collections_on_ansible_version_mismatch", "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH", Moot("names of collections mean the built-in modules");
    "docsite_root_url" Text, "", "defaults.docsite_root_url", "", Moot("`runbook doc` has its own pages");
    "network_group_modules" List, "", "defaults.network_group_modules", "ANSIBLE_NETWORK_GROUP_MODULES", Moot(NETWORK);
    "use_persistent_connections" Bool, "false", "defaults.use_persistent_connections", "ANSIBLE_USE_PERSISTENT_CONNECTIONS", Moot("connections are always kept for the run");
    "win_async_startup_timeout" Int, "5", "defaults.win_async_startup_timeout", "ANSIBLE_WIN_ASYNC_STARTUP_TIMEOUT", Moot("there is no Windows");
    "vault_encrypt_salt" Text, "", "defaults.vault_encrypt_salt", "ANSIBLE_VAULT_ENCRYPT_SALT", Ignored("every encryption has a salt of its own");
    "pipelining" Bool, "true", "defaults.pipelining connection.pipelining ssh_connection.pipelining", "ANSIBLE_PIPELINING ANSIBLE_SSH_PIPELINING", Moot("everything is sent through one shell in any case");
    "retries" Int, "0", "connection.retries ssh_connection.retries", "ANSIBLE_SSH_RETRIES", Ignored("a connection is tried once; write `until` at a task");
    "ssh_agent" Text, "none", "connection.ssh_agent", "ANSIBLE_SSH_AGENT", Ignored("the agent is the one in `SSH_AUTH_SOCK`");
    "ssh_agent_executable" Text, "ssh-agent", "connection.ssh_agent_executable", "ANSIBLE_SSH_AGENT_EXECUTABLE", Moot("no agent is started");
    "ssh_agent_key_lifetime" Int, "", "connection.ssh_agent_key_lifetime", "ANSIBLE_SSH_AGENT_KEY_LIFETIME", Moot("no agent is started");
    "ssh_executable" Text, "ssh", "ssh_connection.ssh_executable", "ANSIBLE_SSH_EXECUTABLE", Ignored("the `ssh` found in the `PATH` is used");
    "control_path" Text, "", "ssh_connection.control_path", "ANSIBLE_SSH_CONTROL_PATH", Moot("sockets are in a folder that only you can read");
    "control_path_dir" Text, "~/.ansible/cp", "ssh_connection.control_path_dir", "ANSIBLE_SSH_CONTROL_PATH_DIR", Moot("sockets are in a folder that only you can read");
    "scp_if_ssh" Text, "smart", "ssh_connection.scp_if_ssh", "ANSIBLE_SCP_IF_SSH", Moot(NO_COPIES);
    "scp_executable" Text, "scp", "ssh_connection.scp_executable", "ANSIBLE_SCP_EXECUTABLE", Moot(NO_COPIES);
    "scp_extra_args" Text, "", "ssh_connection.scp_extra_args", "ANSIBLE_SCP_EXTRA_ARGS", Moot(NO_COPIES);
    "sftp_batch_mode" Bool, "true", "ssh_connection.sftp_batch_mode", "ANSIBLE_SFTP_BATCH_MODE", Moot(NO_COPIES);
    "sftp_executable" Text, "sftp", "ssh_connection.sftp_executable", "ANSIBLE_SFTP_EXECUTABLE", Moot(NO_COPIES);
    "sftp_extra_args" Text, "", "ssh_connection.sftp_extra_args", "ANSIBLE_SFTP_EXTRA_ARGS", Moot(NO_COPIES);
    "transfer_method" Text, "smart", "ssh_connection.transfer_method", "ANSIBLE_SSH_TRANSFER_METHOD", Moot(NO_COPIES);
    "password_mechanism" Text, "ssh_askpass", "ssh_connection.password_mechanism", "ANSIBLE_SSH_PASSWORD_MECHANISM", Moot(PASSWORDS);
    "sshpass_prompt" Text, "", "ssh_connection.sshpass_prompt", "ANSIBLE_SSHPASS_PROMPT", Moot(PASSWORDS);
    "pkcs11_provider" Text, "", "ssh_connection.pkcs11_provider", "ANSIBLE_PKCS11_PROVIDER", Ignored("write `PKCS11Provider` into your ssh_config");
    "usetty" Bool, "true", "ssh_connection.usetty", "ANSIBLE_SSH_USETTY", Moot("no terminal is asked for on the host");
    "ssh_verbosity" Int, "0", "ssh_connection.verbosity", "ANSIBLE_SSH_VERBOSITY", Moot("`-vvv` shows what is said to ssh");
    "agnostic_become_prompt" Bool, "true", "privilege_escalation.agnostic_become_prompt", "ANSIBLE_AGNOSTIC_BECOME_PROMPT", Moot("the prompt always says which password it wants");
    "become_allow_same_user" Bool, "false", "privilege_escalation.become_allow_same_user", "ANSIBLE_BECOME_ALLOW_SAME_USER", Moot("sudo is used whenever `become` says so");
    "sudo_chdir" Text, "", "sudo_become_plugin.chdir", "ANSIBLE_SUDO_CHDIR", Ignored("write `chdir` at the task");
    "su" Bool, "false", "defaults.su", "ANSIBLE_SU", Fixed("only `sudo` is there to become another user");
    "inventory_enabled" List, "host_list,script,auto,yaml,ini,toml", "inventory.enable_plugins", "ANSIBLE_INVENTORY_ENABLED", Ignored("how an inventory is read is found from the file itself");
    "gather_timeout" Int, "", "defaults.gather_timeout", "ANSIBLE_GATHER_TIMEOUT", Ignored("facts come in one round trip; give a `setup` task a `timeout`");
    "any_unparsed_is_failed" Bool, "true", "inventory.any_unparsed_is_failed", "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", Moot("an inventory with a mistake always ends the run");
    "inventory_cache" Bool, "false", "inventory.cache", "ANSIBLE_INVENTORY_CACHE", Moot("inventories are read once for a run");
    "inventory_cache_plugin" Text, "", "inventory.cache_plugin", "ANSIBLE_INVENTORY_CACHE_PLUGIN", Moot("inventories are read once for a run");
    "inventory_cache_connection" Text, "", "inventory.cache_connection", "ANSIBLE_INVENTORY_CACHE_CONNECTION", Moot("inventories are read once for a run");
    "inventory_cache_timeout" Int, "3600", "inventory.cache_timeout", "ANSIBLE_INVENTORY_CACHE_TIMEOUT", Moot("inventories are read once for a run");
    "libvirt_lxc_noseclabel" Bool, "false", "selinux.libvirt_lxc_noseclabel", "ANSIBLE_LIBVIRT_LXC_NOSECLABEL", Moot("there is no such connection");
    "special_context_filesystems" List, "fuse,nfs,vboxsf,ramfs,9p,vfat", "selinux.special_context_filesystems", "ANSIBLE_SELINUX_SPECIAL_FS", Moot("SELinux contexts are left to the host");
    "vars_stage" Text, "", "vars_host_group_vars.stage", "ANSIBLE_VARS_PLUGIN_STAGE", Moot("the files are read once");
}
}

/// Sections of an `ansible.cfg` that are other programs' business, with the reason.
pub(super) const FOREIGN: &[(&str, &str)] = &[
    ("colors", "the colours are fixed"),
    ("galaxy", GALAXY),
    ("galaxy_server", GALAXY),
    ("persistent_connection", NETWORK),
    ("paramiko_connection", "the user's own OpenSSH is used"),
    ("netconf_connection", NETWORK),
    ("accelerate", "Ansible itself no longer has it"),
];
