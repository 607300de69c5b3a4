<?php

global $_MODULE;
$_MODULE = [];
// Support Bridge: coins on the account page
$_MODULE['<{supportbridge}prestashop>supportbridge_170513551d9efabd9afc111c8ad4496c'] = 'Support Bridge: монеты в личном кабинете';
// Shows customers their support coins, plan and next expiry on their account page.
$_MODULE['<{supportbridge}prestashop>supportbridge_b1d71534a3081e10bd797054430ce009'] = 'Показывает покупателям их монеты поддержки, план и ближайший срок действия в личном кабинете.';
// Removing this module leaves its tables in the database: they belong to the support desk.
$_MODULE['<{supportbridge}prestashop>supportbridge_9193d98d7d88c840d533326d6bbe0222'] = 'При удалении модуля его таблицы остаются в базе: они принадлежат службе поддержки.';
// The tables are in place.
$_MODULE['<{supportbridge}prestashop>supportbridge_8f321872875b02f7a8cefddb7c66f6f7'] = 'Таблицы на месте.';
// The tables cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridge_a80c81d77b813f99dab08137c07aaef9'] = 'Таблицы нельзя использовать:';
// Key file of store
$_MODULE['<{supportbridge}prestashop>supportbridge_74069e051130430659c4bac9d50b9ccd'] = 'Файл ключа магазина';
// A key file cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridge_899a3504eb2772503cabfd0876d85cb2'] = 'Файл ключа нельзя использовать:';
// There is no key file in the config folder yet: run bridge store pair on the machine of the desk and put the file it names there.
$_MODULE['<{supportbridge}prestashop>supportbridge_2a86c8941258faf7e06690e923f14ee4'] = 'В папке config ещё нет файла ключа: выполните bridge store pair на сервере поддержки и положите сюда названный файл.';
// The config folder lies inside the web root: make sure that the web server hands out nothing from it.
$_MODULE['<{supportbridge}prestashop>supportbridge_98eaa18450da12e74577b08ad2efc72e'] = 'Папка config лежит внутри корня сайта: убедитесь, что веб-сервер ничего из неё не отдаёт.';
// What the block needs
$_MODULE['<{supportbridge}prestashop>supportbridge_b9694435a13dec767be3a00f84df4ba5'] = 'Что нужно блоку';
// Support coins
$_MODULE['<{supportbridge}prestashop>supportbridge_90fbef2395e059254be77582769f76cf'] = 'Монеты поддержки';
// Coins available
$_MODULE['<{supportbridge}prestashop>supportbridge_69c7883c22adf2de61345de8bd43cfb0'] = 'Доступно монет';
// Coins held
$_MODULE['<{supportbridge}prestashop>supportbridge_04043a4826ecddb333228ec9bab829af'] = 'Монет в резерве';
// Plan
$_MODULE['<{supportbridge}prestashop>supportbridge_0b6cbdf7ad2928078f1600a3e8979485'] = 'План';
// No active plan
$_MODULE['<{supportbridge}prestashop>supportbridge_b3fea88d41567f49f224430ecc594fe4'] = 'Нет действующего плана';
// Next expiry
$_MODULE['<{supportbridge}prestashop>supportbridge_5d5ba0f4d9fa1479323b218a861123f7'] = 'Ближайшее окончание';
// No coins will expire
$_MODULE['<{supportbridge}prestashop>supportbridge_8936ac89b63895a3dd37838d217222cb'] = 'Нет монет с истекающим сроком';
// This account is paused at the moment. Please contact our support.
$_MODULE['<{supportbridge}prestashop>supportbridge_edac5528d85d8bb4a5e7728dfb487a3e'] = 'Счёт временно приостановлен. Пожалуйста, обратитесь в поддержку.';
// The tables could not be made. The error number of the database is in the log.
$_MODULE['<{supportbridge}prestashop>supportbridge_14b854154fd2940aa3bd2ac6159ba3fe'] = 'Не удалось создать таблицы. Номер ошибки базы данных записан в журнал.';
// This module needs PHP 7.4 or newer.
$_MODULE['<{supportbridge}prestashop>supportbridge_76c67b2da924051c1d924c68eb0f24c7'] = 'Этому модулю нужен PHP 7.4 или новее.';
// A changed order is told to the desk at once.
$_MODULE['<{supportbridge}prestashop>supportbridge_fd4aeb8bb97cce78ea32985dbfcb62ca'] = 'Об изменённом заказе служба поддержки узнаёт сразу.';
// The desk is not told of changed orders and looks at its own pace: run bridge store prepare on the machine of the desk to make the table of hints.
$_MODULE['<{supportbridge}prestashop>supportbridge_2b3123386b7597ac60feb4c7ff1a9173'] = 'Служба поддержки не узнаёт об изменённых заказах сразу и проверяет их в своём темпе: выполните bridge store prepare на сервере поддержки, чтобы создать таблицу supportbridge_hint.';
// The desk is not told of changed orders and looks at its own pace: reset this module once.
$_MODULE['<{supportbridge}prestashop>supportbridge_415072c62f7cbd5286efa859a0d7ff6b'] = 'Служба поддержки не узнаёт об изменённых заказах сразу и проверяет их в своём темпе: один раз сбросьте этот модуль.';
// Customers can see offers, decide on them and write requests.
$_MODULE['<{supportbridge}prestashop>supportbridge_6fb3eef5a7d8908c4312cf585b5351aa'] = 'Покупатели видят предложения, решают по ним и пишут обращения.';
// Customers see their coins, but no offers, and cannot write requests: run bridge store prepare on the machine of the desk to make the tables.
$_MODULE['<{supportbridge}prestashop>supportbridge_a4256c32d6e8dc2287f3b8497e6c27df'] = 'Покупатели видят свои монеты, но не предложения, и не могут писать обращения: выполните bridge store prepare на сервере поддержки, чтобы создать таблицы.';
